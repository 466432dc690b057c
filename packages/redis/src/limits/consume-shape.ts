/** What a script that consumes is written for; all plans of one shape can travel together. */
import type { AlgorithmName, BlockRule, Charge } from '@forebay/core'

export interface ConsumeShape {
  /** Of the policies, in their order. */
  readonly algorithms: readonly AlgorithmName[]
  /** Whether a denial begins a block. */
  readonly hasRule: boolean
}

/** Each way of combining algorithms has a script of its own, so that there are few; what has more policies has none. */
const mostPolicies = 4

const shapes = new Map<string, ConsumeShape>()

/** The same object for the same shape; undefined where none is written. */
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
