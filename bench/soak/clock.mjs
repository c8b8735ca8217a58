// Loaded into a program under soak: on SIGUSR2 its wall clock is stepped, as by somebody who sets it.
const FARTHEST_MS = 3 * 3_600_000;

const RealDate = Date;
let offset = 0;

globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + offset);
    else super(...args);
  }

  static now() {
    return RealDate.now() + offset;
  }
};

let state = Number(process.env.SOAK_SEED ?? 1);

process.on('SIGUSR2', () => {
  // A linear congruence is random enough for a clock.
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  offset = Math.round((state / 2 ** 30 - 1) * FARTHEST_MS);
});
