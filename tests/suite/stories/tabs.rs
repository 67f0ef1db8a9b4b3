//! A tab that stays open, and makes of what it is told what every page does.

use crate::fixtures::{Answer, Tab};

use super::actions::{Place, TabDeed};
use super::comparison::Comparison;
use super::refusal::Refusal;
use super::reply::{Reading, Reply, Said, Text, seq_of};

/// One page of a room.
pub struct OpenTab {
    room: Option<usize>,
    cursor: String,
    /// From this number on, every message is loaded.
    first: u64,
    tab: Tab<Text>,
    /// What was asked for and has not been loaded yet: the first number it has, and the messages.
    asked: Option<(u64, Vec<Said>)>,
}

impl Comparison<'_> {
    pub async fn does_in_a_tab(&mut self, by: (usize, usize), deed: TabDeed) -> (Reply, Reply) {
        if let TabDeed::Open { place, kept } = deed {
            return self.opens_tab(by, place, kept).await;
        }
        let Some(mut open) = self.tabs.remove(&by) else { return (Reply::Nothing, Reply::Nothing) };
        let replies = match deed {
            TabDeed::Ask => self.asks_for_earlier(by, &mut open).await,
            TabDeed::Load => open.loads(),
            _ => self.follows(by, &mut open).await,
        };
        if !matches!(replies.1, Reply::Problem { .. }) {
            self.tabs.insert(by, open);
        }
        replies
    }

    /// A page that a long history would not fit into has its end alone: so much of it.
    async fn opens_tab(
        &mut self,
        (who, browser): (usize, usize),
        place: Place,
        kept: usize,
    ) -> (Reply, Reply) {
        let room = self.place(who, place);
        let allowed = self.only_if(self.world.is_logged_in(who, browser));
        let foretold = allowed.and_then(|()| self.world.room_page(who, room));
        let answer = self.browsers[who][browser].opens(&self.room(room).path("")).await;
        let replied = Reply::to_page(&answer);
        if let Reply::Inside { said, .. } = &replied {
            let cursor = answer.page().cursor();
            let first = seq_of(&cursor) + 1 - kept as u64 % (seq_of(&cursor) + 1);
            let mut open = OpenTab { room, cursor, first, tab: Tab::new(), asked: None };
            open.takes(said.iter().filter(|said| said.seq() >= first));
            self.tabs.insert((who, browser), open);
        }
        (foretold.unwrap_or_else(|refusal| refusal.on_a_page()), replied)
    }

    /// To the end, where it shows what the model has.
    async fn follows(&self, by: (usize, usize), open: &mut OpenTab) -> (Reply, Reply) {
        let foretold = self.may_read(by).and_then(|()| self.world.tab(by.0, open.room, open.first));
        let foretold = foretold.unwrap_or_else(|refusal| refusal.as_problem());
        loop {
            let answer = self.calls(by.0, by.1, open.room, &format!("?after={}", open.cursor)).await;
            match answer.status {
                204 => return (foretold, open.shows()),
                200 => open.reads_on(&answer),
                _ => return (foretold, Reply::to_call(&answer, true)),
            }
        }
    }

    async fn asks_for_earlier(&self, by: (usize, usize), open: &mut OpenTab) -> (Reply, Reply) {
        let foretold = self.may_read(by).and_then(|()| self.world.earlier(by.0, open.room, open.first));
        let answer = self.calls(by.0, by.1, open.room, &format!("?before={}", open.first)).await;
        let replied = Reply::to_call(&answer, true);
        if let Reply::History { said, first, .. } = &replied {
            open.asked = Some((*first, said.clone()));
        }
        (foretold.unwrap_or_else(|refusal| refusal.as_problem()), replied)
    }

    fn may_read(&self, (who, browser): (usize, usize)) -> Result<(), Refusal> {
        self.only_if(self.world.is_logged_in(who, browser))
    }
}

impl OpenTab {
    fn reads_on(&mut self, answer: &Answer) {
        let json = answer.json();
        let said = Said::all(&json);
        self.takes(said.iter());
        if let Some(last) = json["messages"].as_array().and_then(|all| all.last()) {
            self.cursor = format!("{}.{}", last["seq"], last["tag"].as_str().expect("a tag"));
        }
    }

    /// What was asked for may have become old meanwhile.
    fn loads(&mut self) -> (Reply, Reply) {
        if let Some((first, said)) = self.asked.take() {
            self.takes(said.iter());
            self.first = first.min(self.first);
        }
        (Reply::Nothing, Reply::Nothing)
    }

    fn takes<'s>(&mut self, said: impl Iterator<Item = &'s Said>) {
        for said in said {
            match said {
                Said::Message { seq, reading, .. } => {
                    self.tab.load(i64::try_from(*seq).unwrap(), reading.clone());
                }
                // One that was superseded: another follows.
                Said::Change { body: Some(body), .. } if body.is_empty() => {}
                Said::Change { seq, about, by, body } => {
                    let text = body.clone().map_or(Text::DeletedBy(by.clone()), Text::Body);
                    let to = Reading { changed: i64::try_from(*seq).unwrap(), text };
                    self.tab.change(i64::try_from(*about).unwrap(), to);
                }
            }
        }
    }

    fn shows(&self) -> Reply {
        let messages = self.tab.messages();
        Reply::Tab(messages.map(|(seq, reading)| (u64::try_from(seq).unwrap(), reading.clone())).collect())
    }
}
