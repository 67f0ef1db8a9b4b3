//! The program as whoever runs it meets it: what it is started with, what it logs, what it leaves behind.

mod admin;
mod backup;
mod check;
mod export;
mod fail2ban;
mod log;
mod nginx;
mod operations;
mod restore;
mod settings;
mod start;
mod tls;
mod unreadable;
