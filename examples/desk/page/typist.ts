// Says that somebody types: at once, then every now and then, and when they stop.
const SAID_EVERY_MS = 2_000;

type Tell = (isTyping: boolean) => void;

export function createTypist() {
  let saidAt = 0;
  return {
    type(tell: Tell) {
      if (Date.now() - saidAt < SAID_EVERY_MS) return;
      saidAt = Date.now();
      tell(true);
    },
    stop(tell: Tell) {
      if (saidAt === 0) return;
      saidAt = 0;
      tell(false);
    },
  };
}
