// HTTP statuses, by what they mean to a page.

// A message is stored, now or by an earlier try.
export const ACCEPTED = new Set([200, 201]);

// Like a 5xx: try again later.
export const RETRYABLE = new Set([408, 425, 429]);

// Logged out, or not in the room: the room's own address says which and leads on.
export const NO_ACCESS = new Set([401, 403, 404, 410]);

// Types of problems that concern one message, whatever their status.
export const MESSAGE_DELETED = "/problems/message-deleted";
export const ABOUT_MESSAGE = new Set([MESSAGE_DELETED, "/problems/no-such-message", "/problems/not-yours"]);

// The room is not there any more.
export const ROOM_OVER = new Set([404, 410]);
