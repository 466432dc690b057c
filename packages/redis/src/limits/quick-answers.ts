/** What it means that a key was charged the quick way: its record after the charge, read for each policy. */
import type { AlgorithmName, Charge, Policy, PolicyDecision } from '@forebay/core'
import { layoutOf, placesOf, type QuickNumbers, type QuickPlace } from './script/quick-layout.ts'
import { quickOf } from './script/limits-script.ts'

/** How the answer about a list of policies is read. */
export interface QuickAnswers {
  readonly bytes: number
  readonly readers: readonly QuickReader[]
}

interface QuickReader {
  readonly place: QuickPlace
  readonly read: (policy: Policy, place: QuickPlace, answer: Answered) => PolicyDecision
}

/** An answer that begins there in a reply of that time. */
export interface Answered {
  readonly reply: Buffer
  readonly at: number
  readonly now: number
}

/** Undefined where one of them is never charged the quick way. */
export function quickAnswers(charges: readonly Charge[]): QuickAnswers | undefined {
  const parts: QuickNumbers[] = []
  const reads: QuickReader['read'][] = []
  for (const { policy } of charges) {
    const part = quickOf(policy.algorithm)
    const read = readers[policy.algorithm]
    if (part === undefined || read === undefined) return undefined
    parts.push(part)
    reads.push(read)
  }
  const readersOf = placesOf(parts).map((place, index) => ({ place, read: reads[index] ?? readFixedWindow }))
  return { bytes: layoutOf(parts).answerBytes, readers: readersOf }
}

/** Every answer of another kind begins with a number whose first byte is 0; a record with how many policies it has. */
export function isQuick(reply: Buffer, at: number): boolean {
  return (reply[at] ?? 0) > 0
}

export function readQuick(
  charges: readonly Charge[],
  answers: QuickAnswers,
  answer: Answered,
): PolicyDecision[] {
  const policies: PolicyDecision[] = []
  for (const [index, { place, read }] of answers.readers.entries()) {
    const charge = charges[index]
    if (charge !== undefined) policies.push(read(charge.policy, place, answer))
  }
  return policies
}

const readers: Partial<Record<AlgorithmName, QuickReader['read']>> = {
  'sliding-window': readSlidingWindow,
  'fixed-window': readFixedWindow,
  'token-bucket': readTokenBucket,
  gcra: readGcra,
}

/** The number so many numbers behind that offset. */
function number({ reply, at }: Answered, offset: number, index: number): number {
  return reply.readDoubleLE(at + offset + index * 8)
}

function readSlidingWindow(
  policy: Policy,
  { told, still, moving }: QuickPlace,
  answer: Answered,
): PolicyDecision {
  const { windowMs } = policy
  const older = number(answer, still, 2)
  const resetAt = number(answer, moving, 0) + windowMs
  const oldestExpiresAt = number(answer, told, 2) + windowMs
  return {
    name: policy.name,
    allowed: true,
    limit: policy.limit,
    windowMs,
    remaining: policy.limit - older - number(answer, moving, 1),
    resetAt,
    nextAt: older > 0 && oldestExpiresAt < resetAt ? oldestExpiresAt : resetAt,
    retryAfterMs: undefined,
    chargedWindow: number(answer, told, 1),
  }
}

function readFixedWindow(policy: Policy, { still, moving }: QuickPlace, answer: Answered): PolicyDecision {
  const closes = number(answer, still, 0)
  return {
    name: policy.name,
    allowed: true,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining: policy.limit - number(answer, moving, 0),
    resetAt: closes,
    nextAt: closes,
    retryAfterMs: undefined,
    chargedWindow: closes,
  }
}

function readTokenBucket(policy: Policy, { moving }: QuickPlace, answer: Answered): PolicyDecision {
  const { limit, windowMs } = policy
  const taken = number(answer, moving, 0)
  const part = number(answer, moving, 1)
  const filledAt = number(answer, moving, 2)
  return {
    name: policy.name,
    allowed: true,
    limit,
    windowMs,
    remaining: policy.burst - taken,
    resetAt: filledAt - Math.floor((part - taken * windowMs) / limit),
    nextAt: Math.max(answer.now, filledAt - Math.floor((part - windowMs) / limit)),
    retryAfterMs: undefined,
    chargedWindow: filledAt,
  }
}

function readGcra(policy: Policy, { moving }: QuickPlace, answer: Answered): PolicyDecision {
  const { limit, windowMs, burst } = policy
  const arrival = number(answer, moving, 0)
  const part = number(answer, moving, 1)
  const remaining = burst + Math.floor(((answer.now - arrival) * limit - part) / windowMs)
  const wholeAt = arrival + (part > 0 ? 1 : 0)
  return {
    name: policy.name,
    allowed: true,
    limit,
    windowMs,
    remaining,
    resetAt: wholeAt,
    nextAt: Math.max(answer.now, arrival - Math.floor(((burst - remaining - 1) * windowMs - part) / limit)),
    retryAfterMs: undefined,
    chargedWindow: wholeAt,
  }
}
