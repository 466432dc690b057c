/** What it means that a key was charged the quick way: its record after the charge, read for each policy. */
import type { AlgorithmName, Charge, Policy, PolicyDecision } from '@forebay/core'
import { layoutOf, placesOf, type QuickPlace } from './script/quick-layout.ts'
import { shapes } from './script/shapes.ts'

/** How answers about a list of policies are read. */
export interface QuickAnswers {
  readonly bytes: number
  readonly readers: readonly QuickReader[]
}

type Read = (policy: Policy, place: QuickPlace, answer: Answered) => PolicyDecision

interface QuickReader {
  readonly place: QuickPlace
  readonly read: Read
}

/** An answer that begins there in a reply of that time. */
export interface Answered {
  readonly reply: Buffer
  readonly at: number
  readonly now: number
}

/** Those that are ever charged the quick way. */
const reads: Partial<Record<AlgorithmName, Read>> = {
  'sliding-window': readSlidingWindow,
  'fixed-window': readFixedWindow,
  'token-bucket': readTokenBucket,
  gcra: readGcra,
}

/** Undefined where one of the policies is never charged the quick way. */
export function quickAnswers(charges: readonly Charge[]): QuickAnswers | undefined {
  const parts = charges.map(({ policy }) => shapes[policy.algorithm])
  const places = placesOf(parts)
  const readers: QuickReader[] = []
  for (const [index, { policy }] of charges.entries()) {
    const read = reads[policy.algorithm]
    const place = places[index]
    if (read === undefined || place === undefined) return undefined
    readers.push({ place, read })
  }
  return { bytes: layoutOf(parts).answerBytes, readers }
}

/** Every other answer begins with a number whose first byte is 0; a record begins with how many policies it has. */
export function isQuick(reply: Buffer, at: number): boolean {
  return at < reply.length && reply[at] !== 0
}

export function readQuick(
  charges: readonly Charge[],
  { readers }: QuickAnswers,
  answer: Answered,
): PolicyDecision[] {
  const policies: PolicyDecision[] = []
  for (let index = 0; index < readers.length; index++) {
    const charge = charges[index]
    const reader = readers[index]
    if (charge && reader) policies.push(reader.read(charge.policy, reader.place, answer))
  }
  return policies
}

/** The number that lies so many numbers behind that offset. */
function number({ reply, at }: Answered, offset: number, index: number): number {
  return reply.readDoubleLE(at + offset + index * 8)
}

/** Units charged since the record was written anew are the first shared number. */
function since(answer: Answered, { shared }: QuickPlace): number {
  return number(answer, shared, 0)
}

/** What is charged the quick way is the latest hit: all that is used expires a window from now. */
function readSlidingWindow(policy: Policy, place: QuickPlace, answer: Answered): PolicyDecision {
  const { windowMs } = policy
  const resetAt = answer.now + windowMs
  const oldestExpiresAt = number(answer, place.told, 1) + windowMs
  const hasOlder = number(answer, place.told, 2) > 0
  return {
    name: policy.name,
    allowed: true,
    limit: policy.limit,
    windowMs,
    remaining: policy.limit - number(answer, place.still, 2) - since(answer, place),
    resetAt,
    nextAt: hasOlder && oldestExpiresAt < resetAt ? oldestExpiresAt : resetAt,
    retryAfterMs: undefined,
    chargedWindow: number(answer, place.told, 0),
  }
}

function readFixedWindow(policy: Policy, place: QuickPlace, answer: Answered): PolicyDecision {
  const closes = number(answer, place.still, 0)
  return {
    name: policy.name,
    allowed: true,
    limit: policy.limit,
    windowMs: policy.windowMs,
    remaining: policy.limit - number(answer, place.still, 1) - since(answer, place),
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
