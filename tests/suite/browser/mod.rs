//! The program itself, met in Chromium: everything a person sees goes through here.

mod another_history;
mod arrival;
mod asleep;
mod back;
mod connection;
mod copies;
mod deletion;
mod drafts;
mod earlier;
mod forms;
mod keyboard;
mod leaving;
mod links;
mod list;
mod looks;
mod order;
mod phone;
mod reader;
mod sessions;
mod tabs;
mod talk;
mod texts;
mod times;
mod unsent;
mod without_script;
