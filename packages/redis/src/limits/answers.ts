/** Decisions as the script packs them, where it does not go the quick way: floats of 8 bytes, little endian. */
import {
  blockedDecision,
  decisionOf,
  type Charge,
  type Decision,
  type Policy,
  type PolicyDecision,
} from '@forebay/core'
import type { Plan } from './plans.ts'
import type { Question } from './question.ts'
import { isQuick, readQuick, type Answered } from './quick-answers.ts'

const floatBytes = 8
const headFloats = 2
const policyFloats = 6

/** Bytes of an answer that has no decision in it. */
export const headBytes: number = headFloats * floatBytes

/** Where the answer to this question, which begins there, ends. */
export function endOfAnswer({ plan, policies }: Question, reply: Buffer, at: number): number {
  if (isQuick(reply, at)) return at + (plan.quick?.bytes ?? Infinity)
  return at + (headFloats + policies * policyFloats) * floatBytes
}

/** Why: nothing, the quota, a block that stood, a block that this denial began. */
export type Kind = 'admitted' | 'quota' | 'blocked' | 'punished'

/** By their numbers, from -1 downwards. */
const kinds: readonly Kind[] = ['admitted', 'quota', 'blocked', 'punished']

/** What was found, before it is put together to a decision. */
export interface Finding {
  readonly kind: Kind
  /** Until when the key is kept out; 0 unless `blocked` or `punished`. */
  readonly until: number
  readonly now: number
  readonly policies: readonly PolicyDecision[]
}

/** What is said of these charges, in an answer to that plan. */
export function readFinding(charges: readonly Charge[], { quick }: Plan, answer: Answered): Finding {
  const { reply, at, now } = answer
  if (quick !== undefined && isQuick(reply, at)) {
    return { kind: 'admitted', until: 0, now, policies: readQuick(charges, quick, answer) }
  }
  const policies: PolicyDecision[] = []
  const kind = kinds[-1 - reply.readDoubleLE(at)] ?? 'quota'
  let from = at + headBytes
  for (const { policy } of charges) {
    policies.push(readPolicy(policy, reply, from))
    from += policyFloats * floatBytes
  }
  return { kind, until: reply.readDoubleLE(at + floatBytes), now, policies }
}

function readPolicy(policy: Policy, reply: Buffer, from: number): PolicyDecision {
  const allowed = reply.readDoubleLE(from) === 1
  return {
    name: policy.name,
    allowed,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining: reply.readDoubleLE(from + floatBytes),
    resetAt: reply.readDoubleLE(from + 2 * floatBytes),
    nextAt: reply.readDoubleLE(from + 3 * floatBytes),
    retryAfterMs: allowed ? undefined : reply.readDoubleLE(from + 4 * floatBytes),
    chargedWindow: reply.readDoubleLE(from + 5 * floatBytes),
  }
}

/** The instant in an answer without a decision. */
export function readInstant(reply: Buffer, at: number): number {
  return reply.readDoubleLE(at + floatBytes)
}

export function decisionFrom(key: string, { kind, until, now, policies }: Finding): Decision {
  if (kind === 'blocked') return blockedDecision(key, policies, { until, now })
  if (kind === 'punished') return { ...blockedDecision(key, policies, { until, now }), reason: 'quota' }
  return decisionOf(key, policies)
}
