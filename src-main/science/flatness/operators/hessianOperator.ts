/** A Hessian as an operator, whichever way its products are taken. */
import type { SymmetricOperator } from '../../linalg/operator.ts';

export interface HessianOperator extends SymmetricOperator {
  /** Puts the weights back, bit for bit, and frees what the operator holds. */
  dispose(): void;
}
