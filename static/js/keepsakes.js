// What a tab keeps, under the account and the room it belongs to.

import { Keepsake } from "./keepsake.js";

export function keepsakesOf(storage, account, room) {
  const keep = (key) => new Keepsake({ storage, key: `parlor:${key}` });
  const draft = keep(`draft:${account}:${room}`);
  const outbox = keep(`outbox:${account}:${room}`);
  const leftover = keep(`leftover:${account}`);

  return {
    draft,
    outbox,
    // The room is gone for good, its texts are not.
    handOver(texts) {
      leftover.value = [leftover.value, ...texts].filter(Boolean).join("\n\n") || undefined;
      draft.value = undefined;
      outbox.value = undefined;
    },
  };
}

export function leftoverOf(storage, account) {
  return new Keepsake({ storage, key: `parlor:leftover:${account}` });
}
