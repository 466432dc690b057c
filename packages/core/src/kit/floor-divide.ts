/** Whole-number division of products that outgrow what a float holds exactly. */

const most = Number.MAX_SAFE_INTEGER

/** `floor((a × b + plus) / divisor)`, exact for safe integers and a positive divisor. */
export function floorDivide(a: number, b: number, plus: number, divisor: number): number {
  const product = a * b
  const dividend = product + plus
  if (isExact(product) && isExact(dividend)) return Math.floor(dividend / divisor)
  const exact = BigInt(a) * BigInt(b) + BigInt(plus)
  const by = BigInt(divisor)
  const quotient = exact / by
  // BigInt division goes towards zero, floor goes down.
  return Number(exact < 0n && quotient * by !== exact ? quotient - 1n : quotient)
}

/** What `floorDivide` leaves: `a × b + plus − quotient × divisor`. */
export function floorRest(a: number, b: number, plus: number, divisor: number): number {
  const product = a * b
  const dividend = product + plus
  if (isExact(product) && isExact(dividend)) return dividend - Math.floor(dividend / divisor) * divisor
  const by = BigInt(divisor)
  const rest = (BigInt(a) * BigInt(b) + BigInt(plus)) % by
  return Number(rest < 0n ? rest + by : rest)
}

function isExact(value: number): boolean {
  return value <= most && value >= -most
}
