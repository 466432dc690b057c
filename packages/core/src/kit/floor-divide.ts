/** Whole-number division of products that outgrow what a float holds exactly. */

const most = Number.MAX_SAFE_INTEGER

/** `floor((a × b + plus) / divisor)`, exact for safe integers and a positive divisor. */
export function floorDivide(a: number, b: number, plus: number, divisor: number): number {
  const product = a * b
  const dividend = product + plus
  return isExact(product) && isExact(dividend)
    ? Math.floor(dividend / divisor)
    : bigFloorDivide(a, b, plus, divisor)
}

/** What `floorDivide` leaves: `a × b + plus − quotient × divisor`. */
export function floorRest(a: number, b: number, plus: number, divisor: number): number {
  const product = a * b
  const dividend = product + plus
  return isExact(product) && isExact(dividend)
    ? dividend - Math.floor(dividend / divisor) * divisor
    : bigFloorRest(a, b, plus, divisor)
}

/** Apart from the ways that are taken mostly, so that those stay small enough for V8 to inline. */
function bigFloorDivide(a: number, b: number, plus: number, divisor: number): number {
  const exact = BigInt(a) * BigInt(b) + BigInt(plus)
  const by = BigInt(divisor)
  const quotient = exact / by
  // BigInt division goes towards zero, floor goes down.
  return Number(exact < 0n && quotient * by !== exact ? quotient - 1n : quotient)
}

function bigFloorRest(a: number, b: number, plus: number, divisor: number): number {
  const by = BigInt(divisor)
  const rest = (BigInt(a) * BigInt(b) + BigInt(plus)) % by
  return Number(rest < 0n ? rest + by : rest)
}

function isExact(value: number): boolean {
  return value <= most && value >= -most
}
