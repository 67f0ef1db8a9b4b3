-- The first schema. The same tables on both engines; only the types of keys and bytes differ.
-- Times are UTC milliseconds. Names are compared by what the program makes of them, never by SQL: folded
-- (name_key), and by what they look like (skeleton).

create table account (
    id            integer primary key autoincrement,
    name          text not null,
    name_key      text not null unique,
    skeleton      text unique,                 -- none where an older name has come to look the same
    password_hash text not null,              -- a PHC string
    created_at    bigint not null,
    role          text,                       -- admin, or site: who stands for what is done from the shell
    barred_at     bigint                      -- since when it may not log in
);
create index account_role on account (role) where role is not null;

-- Only the SHA-256 of a session's token is kept.
create table session (
    token_hash blob primary key,
    account_id bigint not null references account (id),
    created_at bigint not null,
    seen_at    bigint not null,                -- the last thing its person did, to the hour
    expires_at bigint not null,
    nonce      text,                           -- of the form it came from: sent again, that is the same log-in
    browser    text                            -- what it is called, in words of ours: Chrome on Linux
);
create index session_account on session (account_id, seen_at);
create index session_expiry on session (expires_at);

-- Wrong passwords that are not forgiven yet: by a keyed digest of what they are counted for, a name, an account in a
-- browser that knows it, or a network. Names that nobody has are counted, too.
create table guess (
    key           blob primary key,
    forgiven_at   bigint not null,              -- when all of them will be: then the row may go
    blocked_until bigint not null               -- before this no password is looked at
);
create index guess_forgiven on guess (forgiven_at);

-- Links that let in whoever has them. Only the SHA-256 of the token in such a link is kept.
create table invitation (
    id         integer primary key autoincrement,
    token_hash blob not null unique,
    created_by bigint references account (id), -- none: from the shell
    created_at bigint not null,
    expires_at bigint not null,
    uses       bigint not null,                -- how many accounts may be made with it
    used       bigint not null                 -- and how many were
);
create index invitation_expiry on invitation (expires_at);
create index invitation_maker on invitation (created_by);

-- Links with which somebody chooses a new password, one for an account.
create table password_link (
    account_id integer primary key references account (id),
    token_hash blob not null unique,
    created_by bigint references account (id), -- none: from the shell
    expires_at bigint not null
);
create index password_link_expiry on password_link (expires_at);
create index password_link_maker on password_link (created_by);

-- What admins did, in the order of commits. Rows are added, and never changed or removed.
create table admin_action (
    id         integer primary key autoincrement,
    at         bigint not null,
    via        text not null,                  -- page, shell or settings
    admin_id   bigint references account (id), -- who, on the page
    what       text not null,                  -- barred, room-deleted …
    account_id bigint references account (id), -- whom it concerned
    room_id    bigint,                         -- which room: its row may be gone
    detail     text                            -- the room's name, say
);

create trigger admin_action_unchanged before update on admin_action
    begin select raise(abort, 'what admins did is never changed'); end;
create trigger admin_action_kept before delete on admin_action
    begin select raise(abort, 'what admins did is never removed'); end;

-- A room's row is the head of its log: whoever appends locks it, so the numbers have no gap.
-- A deleted room stays as a tombstone, for those who have yet to be told; its name is free again.
create table room (
    id         integer primary key autoincrement,
    name       text not null,
    name_key   text not null,
    skeleton   text,
    owner_id   bigint not null references account (id),
    created_at bigint not null,
    last_seq   bigint not null,
    last_tag   bigint not null,
    message_count bigint not null,             -- how many of the entries are messages
    last_at    bigint,                         -- when the latest message was stored, if there is one
    people_seq bigint not null,                -- the event log's latest entry about this room:
    people_tag bigint not null,                -- the version of its people, and the order of the list
    deleted_at bigint,
    deleted_by bigint references account (id),
    swept_at   bigint                          -- since when a deleted room has no messages any more
);
create unique index room_open_name on room (name_key) where deleted_at is null;
create unique index room_open_skeleton on room (skeleton) where deleted_at is null;
create index room_owner on room (owner_id) where deleted_at is null;
create index room_listed on room (people_seq) where deleted_at is null;
create index room_unswept on room (deleted_at) where deleted_at is not null and swept_at is null;
create index room_swept on room (people_seq) where swept_at is not null;

-- One room at a time is this primary key.
create table membership (
    account_id integer primary key references account (id),
    room_id    bigint not null references room (id),
    joined_at  bigint not null
);
create index membership_room on membership (room_id, account_id);

-- A room's log: messages, as they read now, and changes of them, which name the message in `about`. A text that a later
-- change has superseded is gone.
create table entry (
    room_id       bigint not null references room (id),
    seq           bigint not null,
    tag           bigint not null,
    kind          text not null,               -- message, edited or deleted
    about         bigint,
    author_id     bigint not null references account (id),
    body          text not null,               -- of a message, as it reads now; of its newest edit,
                                               -- too, and of earlier ones nothing
    at            bigint not null,
    nonce         text not null,
    digest        blob not null,               -- of what was sent, under site.digest_key; none of what was deleted,
                                               -- nor of an edit that was superseded
    changed       bigint not null,             -- the number of the entry that changed it last, or 0,
    changed_at    bigint,                      -- and when that was
    deleted_by    bigint references account (id),
    message_count bigint not null,             -- the room's, as of this entry
    primary key (room_id, seq),
    -- A send repeated is the same message. Nonces begin with the time, so that new ones are stored side by side.
    unique (room_id, nonce, author_id)
) without rowid;

-- What messages are found by: their terms, as the program has cut them (model/terms.rs), between spaces, with one
-- for the author and two for the blocks of rows that the row is in (store/engine/search.rs). The number of a
-- row is the room's, times 2^32, and the message's. What is deleted is overwritten here as well.
create virtual table search using fts5 (terms, detail = none, columnsize = 0, tokenize = "ascii tokenchars ':'");
insert into search (search, rank) values ('secure-delete', 1);

-- Who is where, and what changed it: one log for the site, of which the latest entries are kept.
create table event (
    seq        integer primary key,
    tag        bigint not null,
    kind       text not null,                  -- room-created, member-joined, session-ended …
    account_id bigint not null references account (id),
    room_id    bigint references room (id),
    at         bigint not null
);

-- The head of that log, the version of the list of rooms, how many rooms it has, the key of the cookies if the
-- configuration has none, and what names are compared by. One row.
create table site (
    id          integer primary key check (id = 1),
    last_seq    bigint not null,
    last_tag    bigint not null,
    list_seq    bigint not null,
    list_tag    bigint not null,
    room_count  bigint not null,
    secret_key  text not null,
    digest_key  text not null,                 -- of the digests in entry and guess
    sign_up     text not null,                 -- open, invited or closed, if the configuration does not say
    had_admin   bigint not null,               -- 1 since there has been an admin
    name_tables text not null                  -- where keys and skeletons come from
);
