// The whole battery: every attempt and every check under every confinement.
import { describeBattery } from './batterySuite.ts';

describeBattery('the sandbox of the compiled program, everything', {
  attempts: (from) => from,
  checks: (from) => from,
});
