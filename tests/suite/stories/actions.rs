//! What people may do in a story.

use std::fmt;

use proptest::prelude::{Just, Strategy, any};
use proptest::{collection, prop_oneof};

/// Somebody at one of two browsers does something.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    pub who: usize,
    pub browser: usize,
    pub deed: Deed,
}

/// All that happens, one thing after the other.
#[derive(Clone)]
pub struct Story(pub Vec<Action>);

/// What can be done. Numbers stand for a choice among what there is at that time.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    SignUp,
    LogIn,
    LogOut,
    Create { name: usize },
    Join(Place),
    Move { leaving: Place, to: Place },
    Leave(Place),
    Delete(Place),
    Dismiss,
    Post { place: Place, body: usize, after: usize, by_form: bool },
    Edit { place: Place, about: usize, body: usize, after: usize, by_form: bool },
    Erase { place: Place, about: usize, after: usize, by_form: bool },
    Repeat { post: usize, other_body: bool, by_form: bool },
    Poll { place: Place, from: From, people: Option<usize> },
    Earlier { place: Place, before: usize },
    Later { place: Place, from: usize },
    SeeEditForm { place: Place, about: usize },
    SeeEraseForm { place: Place, about: usize },
    Tab(TabDeed),
    SeeList,
    SeeRoom(Place),
    SeePeople(Place),
}

/// What somebody does in the one tab that each browser has open.
#[derive(Clone, Copy, Debug)]
pub enum TabDeed {
    /// Opens a room's page, of which it keeps so much.
    Open { place: Place, kept: usize },
    /// Reads on to the end of the log.
    Follow,
    /// Asks for what comes before.
    Ask,
    /// Gets the answer.
    Load,
}

/// A room, perhaps deleted, perhaps one that never was.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// The room this person is or was in.
    Here,
    Any(usize),
    Nowhere,
}

/// A place in a room's log, as a client may give it.
#[derive(Clone, Copy, Debug)]
pub enum From {
    Bare(usize),
    Tagged(usize),
    OtherHistory(usize),
    Ahead(usize),
    Malformed,
}

/// How many people there are.
pub const PEOPLE: usize = 3;

/// How many browsers each of them has.
pub const BROWSERS: usize = 2;

impl fmt::Debug for Story {
    /// A line for each action: proptest prints the shortest story that fails.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = self.0.iter().enumerate();
        steps.try_for_each(|(n, Action { who, browser, deed })| {
            write!(f, "\n{:>3}: {who} at {browser}: {deed:?}", n + 1)
        })
    }
}

/// Stories of up to so many actions.
pub fn stories(length: usize) -> impl Strategy<Value = Story> {
    // The first browser is the usual one.
    let browser = prop_oneof![4 => Just(0), 1 => 0..BROWSERS];
    let action = (0..PEOPLE, browser, deeds()).prop_map(|(who, browser, deed)| Action { who, browser, deed });
    collection::vec(action, 1..=length).prop_map(Story)
}

fn deeds() -> impl Strategy<Value = Deed> {
    let n = || 0..1000_usize;
    let bool = any::<bool>;
    prop_oneof![
        1 => Just(Deed::SignUp),
        2 => Just(Deed::LogIn),
        1 => Just(Deed::LogOut),
        4 => n().prop_map(|name| Deed::Create { name }),
        6 => places().prop_map(Deed::Join),
        3 => (places(), places()).prop_map(|(leaving, to)| Deed::Move { leaving, to }),
        3 => places().prop_map(Deed::Leave),
        2 => places().prop_map(Deed::Delete),
        1 => Just(Deed::Dismiss),
        14 => (places(), n(), n(), bool()).prop_map(|(place, body, after, by_form)| Deed::Post { place, body, after, by_form }),
        8 => (places(), n(), n(), n(), bool()).prop_map(|(place, about, body, after, by_form)| Deed::Edit { place, about, body, after, by_form }),
        4 => (places(), n(), n(), bool()).prop_map(|(place, about, after, by_form)| Deed::Erase { place, about, after, by_form }),
        6 => (n(), bool(), bool()).prop_map(|(post, other_body, by_form)| Deed::Repeat { post, other_body, by_form }),
        10 => (places(), cursors(), proptest::option::of(n())).prop_map(|(place, from, people)| Deed::Poll { place, from, people }),
        3 => (places(), n()).prop_map(|(place, before)| Deed::Earlier { place, before }),
        2 => (places(), n()).prop_map(|(place, from)| Deed::Later { place, from }),
        1 => (places(), n()).prop_map(|(place, about)| Deed::SeeEditForm { place, about }),
        1 => (places(), n()).prop_map(|(place, about)| Deed::SeeEraseForm { place, about }),
        14 => tabs().prop_map(Deed::Tab),
        4 => Just(Deed::SeeList),
        4 => places().prop_map(Deed::SeeRoom),
        2 => places().prop_map(Deed::SeePeople),
    ]
}

fn tabs() -> impl Strategy<Value = TabDeed> {
    prop_oneof![
        1 => (places(), 0..1000_usize).prop_map(|(place, kept)| TabDeed::Open { place, kept }),
        4 => Just(TabDeed::Follow),
        2 => Just(TabDeed::Ask),
        2 => Just(TabDeed::Load),
    ]
}

fn places() -> impl Strategy<Value = Place> {
    prop_oneof![12 => Just(Place::Here), 8 => (0..1000_usize).prop_map(Place::Any), 1 => Just(Place::Nowhere)]
}

fn cursors() -> impl Strategy<Value = From> {
    let n = || 0..1000_usize;
    prop_oneof![
        4 => n().prop_map(From::Bare),
        4 => n().prop_map(From::Tagged),
        1 => n().prop_map(From::OtherHistory),
        1 => n().prop_map(From::Ahead),
        1 => Just(From::Malformed),
    ]
}
