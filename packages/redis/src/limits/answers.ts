/** Decisions as the script packs them: floats of 8 bytes, little endian. */
import {
  blockedDecision,
  decisionOf,
  type Charge,
  type Decision,
  type Policy,
  type PolicyDecision,
} from '@forebay/core'

const floatBytes = 8
const headFloats = 2
const policyFloats = 6

/** Of a policy that was charged the quick way: it has no head, and begins with a number that is not negative. */
const quickFloats = 4

/** Bytes of an answer that has no decision in it. */
export const headBytes: number = headFloats * floatBytes

/** Where an answer that begins there ends. @param policies how many it tells of. */
export function endOfAnswer(policies: number, reply: Buffer, at: number): number {
  if (isQuick(reply, at)) return at + policies * quickFloats * floatBytes
  return at + (headFloats + policies * policyFloats) * floatBytes
}

function isQuick(reply: Buffer, at: number): boolean {
  return at + floatBytes <= reply.length && reply.readDoubleLE(at) >= 0
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

/** What is said of these charges from there on in a reply of that time. */
export function readFinding(charges: readonly Charge[], reply: Buffer, at: number, now: number): Finding {
  const policies: PolicyDecision[] = []
  if (isQuick(reply, at)) {
    let from = at
    for (const { policy } of charges) {
      policies.push(readCharged(policy, reply, from))
      from += quickFloats * floatBytes
    }
    return { kind: 'admitted', until: 0, now, policies }
  }
  const kind = kinds[-1 - reply.readDoubleLE(at)] ?? 'quota'
  let from = at + headBytes
  for (const { policy } of charges) {
    policies.push(readPolicy(policy, reply, from))
    from += policyFloats * floatBytes
  }
  return { kind, until: reply.readDoubleLE(at + floatBytes), now, policies }
}

function readCharged(policy: Policy, reply: Buffer, from: number): PolicyDecision {
  return {
    name: policy.name,
    allowed: true,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining: reply.readDoubleLE(from),
    resetAt: reply.readDoubleLE(from + floatBytes),
    nextAt: reply.readDoubleLE(from + 2 * floatBytes),
    retryAfterMs: undefined,
    chargedWindow: reply.readDoubleLE(from + 3 * floatBytes),
  }
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
