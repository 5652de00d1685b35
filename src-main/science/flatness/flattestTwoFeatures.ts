/** The flattest known minimum of the toy language `two-features`: where SGD's noise should lead. */

/**
 * Tr(H) of two neurons, one a feature, that sum its three words with weight α and are read with weight β, αβ = c/2,
 * c being the log-odds of a word whose two fellows agree: α² A + β² B at its least, 2 αβ √(AB). Nothing
 * moves it along the minima; that no other is flatter is not proved. Label noise draws a word to be predicted evenly with
 * that probability: it leaves the two words of a sentence's feature as they are, and makes the third one less certain.
 */
export function flattestTrace(flip: number, labelNoise = 0): number {
  const kept = 1 - flip;
  const agree = kept ** 2 + flip ** 2;
  const likelier = (1 - labelNoise) * ((kept ** 3 + flip ** 3) / agree) + labelNoise / 2;
  const logOdds = Math.log(likelier / (1 - likelier));
  // p(1 − p) at a word whose fellows agree; one half squared where they do not.
  const certain = likelier * (1 - likelier);
  const slope = agree * certain + (1 - agree) / 4;
  // Squares of the sums of its two fellows, and of the three words of the other feature.
  const fellows = agree * certain * 4;
  const others = 3 + 6 * (1 - 2 * flip) ** 2;
  const words = 5;
  return logOdds * Math.sqrt((fellows + slope * others) * (words * slope));
}
