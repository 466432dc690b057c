/** What is asked of a key, in the form that the scripts read. */
import { digest, type BlockRule, type Charge, type Policy, type PolicyDecision } from '@forebay/core'
import { writtenOut } from '../connection/written-command.ts'
import { shapeOf, type ConsumeShape } from './consume-shape.ts'
import { hasBurst } from './script/consume-script.ts'
import { quickAnswers, type QuickAnswers } from './quick-answers.ts'
import { algorithmNumbers } from './script/limits-script.ts'
import { headOf, idOf } from './script/quick-layout.ts'
import { shapes } from './script/shapes.ts'

export type Operation = 'consume' | 'peek' | 'adjust' | 'reset' | 'block' | 'unblock'

export interface Plan {
  /** Equal for equal questions. Where there is no shape, it is the JSON that the script reads. */
  readonly text: string
  /** Ids of the policies that keep a log in a key of its own, in their order. */
  readonly logs: readonly string[]
  /** Set for `consume`, where there is a script for just these algorithms. */
  readonly shape: ConsumeShape | undefined
  /** How an answer is read that the quick way gives; undefined where there is none. */
  readonly quick: QuickAnswers | undefined
  /** What the script of the shape reads where all who travel together have this plan. */
  readonly words: readonly string[]
  /** The same where others have other plans. */
  readonly ownWords: readonly string[]
  /** `words` and `ownWords`, written out. */
  readonly written: string
  readonly ownWritten: string
}

export function consumePlan(charges: readonly Charge[], rule: BlockRule | undefined): Plan {
  const known = consumePlans.get(charges)
  if (known !== undefined && known.rule === rule) return known
  const shape = shapeOf(charges, rule)
  const plan =
    shape === undefined
      ? planOf('consume', ruleText(rule), charges.map(chargeText), charges)
      : { logs: logsOf(charges), shape, quick: quickAnswers(charges), ...wordsOf(charges, rule) }
  consumePlans.set(charges, { ...plan, rule })
  return plan
}

export function peekPlan(charges: readonly Charge[]): Plan {
  return planOf('peek', '0', charges.map(chargeText), charges)
}

/** @param charged what was decided of the earlier charges, and names their windows; undefined: whatever is still counted. */
export function adjustPlan(charges: readonly Charge[], charged: readonly PolicyDecision[] | undefined): Plan {
  const texts = charges.map((charge) => {
    const receipt = charged?.find(({ name }) => name === charge.policy.name)
    return receipt === undefined
      ? chargeText(charge)
      : `${chargeText(charge).slice(0, -1)},${receipt.chargedWindow}]`
  })
  return planOf('adjust', '0', texts, charges)
}

export function resetPlan(policies: readonly Policy[]): Plan {
  const charges = policies.map((policy) => ({ policy, units: 0 }))
  return planOf('reset', '0', charges.map(chargeText), charges)
}

export function blockPlan(durationMs: number): Plan {
  return planOf('block', `[${durationMs}]`, [], [])
}

export const unblockPlan: Plan = planOf('unblock', '0', [], [])

/** Limiters ask with the same list again and again. */
const consumePlans = new WeakMap<readonly Charge[], Plan & { readonly rule: BlockRule | undefined }>()

function planOf(
  operation: Operation,
  rule: string,
  texts: readonly string[],
  charges: readonly Charge[],
): Plan {
  const text = `[${[`"${operation}"`, rule, ...texts].join(',')}]`
  return {
    text,
    logs: logsOf(charges),
    shape: undefined,
    quick: undefined,
    words: [],
    ownWords: [],
    written: '',
    ownWritten: '',
  }
}

function logsOf(charges: readonly Charge[]): readonly string[] {
  return charges
    .filter(({ policy }) => policy.algorithm === 'sliding-log')
    .map(({ policy }) => policyId(policy))
}

function wordsOf(
  charges: readonly Charge[],
  rule: BlockRule | undefined,
): Omit<Plan, 'logs' | 'shape' | 'quick'> {
  const parts = charges.map(({ policy }) => ({ id: policyId(policy), shape: shapes[policy.algorithm] }))
  const numbers = charges.flatMap(({ policy: { algorithm, limit, windowMs, burst } }) =>
    hasBurst(algorithm) ? [limit, windowMs, burst] : [limit, windowMs],
  )
  if (rule !== undefined) numbers.push(rule.blockMs, rule.factor, rule.maxMs)
  const words = [headOf(parts), ...numbers.map(String)]
  const ownWords = [...words, ...charges.map(({ units }) => String(units))]
  const isPlain = charges.every(({ units }) => units === 1)
  const ownWritten = writtenOut(ownWords)
  return {
    text: ownWords.join(' '),
    words: isPlain ? words : ownWords,
    ownWords,
    written: isPlain ? writtenOut(words) : ownWritten,
    ownWritten,
  }
}

function ruleText(rule: BlockRule | undefined): string {
  return rule === undefined ? '0' : `[${rule.blockMs},${rule.factor},${rule.maxMs}]`
}

function chargeText({ policy, units }: Charge): string {
  const { limit, windowMs, burst, algorithm } = policy
  return `[${algorithmNumbers[algorithm]},"${policyId(policy)}",${limit},${windowMs},${burst},${units}]`
}

const mostIds = 1_000
const ids = new Map<string, string>()

/** Counters are told apart by algorithm and name, as in memory. */
function policyId({ algorithm, name }: Policy): string {
  const full = `${algorithm}:${name}`
  let id = ids.get(full)
  if (id === undefined) {
    if (ids.size >= mostIds) ids.clear()
    id = idOf(digest(full))
    ids.set(full, id)
  }
  return id
}
