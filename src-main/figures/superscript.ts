/** A whole number as print raises it: −3 is ⁻³. */
export function superscript(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)));
  return (exponent < 0 ? '⁻' : '') + digits;
}
