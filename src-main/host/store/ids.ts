/** Identifiers: twelve letters and digits that sort by time and are easy to read aloud. */

/** Crockford's base 32: no i, l, o, u. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
/** 2024-01-01 in seconds: six digits then reach into 2058. */
const epoch = 1_704_067_200;

/** Seconds in six digits, then six random ones: about 10⁹ for each second. `random`: six bytes or more. */
export function newId(now: Date, random: Uint8Array): string {
  let seconds = Math.max(0, Math.floor(now.getTime() / 1000) - epoch);
  let time = '';
  for (let i = 0; i < 6; i++) {
    time = alphabet.charAt(seconds % 32) + time;
    seconds = Math.floor(seconds / 32);
  }
  const rest = Array.from(random.subarray(0, 6), (byte) => alphabet.charAt(byte % 32));
  return time + rest.join('');
}
