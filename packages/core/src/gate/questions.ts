/** Numbers that option functions are asked for, request by request. */
import { readDuration } from '../kit/duration.ts'
import { ForebayError, showValue } from '../kit/forebay-error.ts'
import type { Admission } from '../ports/admission.ts'
import type { UserFunction } from '../ports/exchange.ts'
import { ask, type Step, type Visit } from './rate-limit-visit.ts'

/** A number that options give, or the place among a visit's answers of what a function says. */
export type Term = number | { readonly place: number }

interface Accepted {
  /** Undefined for nonsense. */
  readonly read: (answer: unknown) => number | undefined
  readonly accepted: string
}

const units: Accepted = { read: readUnits, accepted: 'a whole number of at least 0' }
type Asked = 'limit' | 'window' | 'cost'

const answers: Readonly<Record<Asked, Accepted>> = {
  limit: units,
  cost: units,
  window: { read: readWindow, accepted: "a duration of at least 1 ms, such as 1000 or '1m'" },
}

/** Collects the steps that ask functions, and gives each answer its place. */
export class Questions {
  readonly steps: Step[] = []

  /** @param value what the options give: checked already unless it is a function. */
  term(operation: Asked, value: unknown): Term {
    const { read, accepted } = answers[operation]
    if (typeof value !== 'function') return read(value) ?? 0
    const place = this.steps.length
    const question = { operation, fn: value as UserFunction }
    const note = (visit: Visit, answer: unknown): Admission | undefined => {
      const number = read(answer)
      if (number === undefined) throw nonsense(operation, answer, accepted)
      visit.answers ??= []
      visit.answers[place] = number
      return undefined
    }
    this.steps.push((visit) => ask(visit, question, note))
    return { place }
  }
}

export function valueOf(term: Term, visit: Visit): number {
  return typeof term === 'number' ? term : (visit.answers?.[term.place] ?? 0)
}

export function nonsense(operation: string, answer: unknown, accepted: string): ForebayError {
  return new ForebayError(
    'FOREBAY_INVALID_RESULT',
    `${operation}: the function returned ${showValue(answer)}. Accepted: ${accepted}.`,
  )
}

/** Units of quota; undefined for what is none. */
export function readUnits(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined
}

function readWindow(value: unknown): number | undefined {
  const ms = readDuration(value)
  return ms === 0 ? undefined : ms
}
