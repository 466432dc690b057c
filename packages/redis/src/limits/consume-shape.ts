/** What a script that consumes is generated for: plans of one shape need the same script, and can travel together. */
import type { AlgorithmName, BlockRule, Charge } from '@forebay/core'

export interface ConsumeShape {
  /** One for each policy, in their order. */
  readonly algorithms: readonly AlgorithmName[]
  /** Whether a denial begins a block. */
  readonly hasRule: boolean
}

/** Every list of algorithms is a script in Redis, so their number is bounded: longer lists take the script for everything. */
const mostPolicies = 4

const shapes = new Map<string, ConsumeShape>()

/** The same object for the same shape; undefined for lists that have no script of their own. */
export function shapeOf(charges: readonly Charge[], rule: BlockRule | undefined): ConsumeShape | undefined {
  if (charges.length === 0 || charges.length > mostPolicies) return undefined
  const algorithms = charges.map(({ policy }) => policy.algorithm)
  const hasRule = rule !== undefined
  const id = `${algorithms.join(' ')} ${hasRule}`
  let shape = shapes.get(id)
  if (shape === undefined) {
    shape = { algorithms, hasRule }
    shapes.set(id, shape)
  }
  return shape
}
