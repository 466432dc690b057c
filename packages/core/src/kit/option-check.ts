/** Options are checked once, when a middleware is made, against a table of checks. */
import { didYouMean } from './closest-name.ts'
import { ForebayError, showValue } from './forebay-error.ts'
import { readDuration } from './duration.ts'

/** Says whether a value is accepted, and what is accepted in words that end the sentence "Accepted: …". */
export interface OptionCheck {
  readonly accepts: (value: unknown) => boolean
  readonly accepted: string
  /** Whether no message may show a value of it; default false. */
  readonly isSecret?: boolean
}

export type OptionChecks = Readonly<Record<string, OptionCheck>>

/**
 * Checks an options object: every name known, every value that is given (not `undefined`) accepted.
 * @param of whose options they are, for the message: `rateLimit`, `responseCache key`.
 * @throws ForebayError `FOREBAY_UNKNOWN_OPTION` with "did you mean", or `FOREBAY_INVALID_OPTION`.
 */
export function checkOptions(of: string, options: unknown, checks: OptionChecks): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ForebayError(
      'FOREBAY_INVALID_OPTION',
      `${of}: ${showValue(options)} given as options. Accepted: an object.`,
    )
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) throw unknownOption(of, name, Object.keys(checks))
    const check = checks[name]
    if (value !== undefined && check !== undefined && !check.accepts(value)) {
      throw new ForebayError(
        'FOREBAY_INVALID_OPTION',
        `${of}: ${name}: ${shown(value, check)} is not accepted. Accepted: ${check.accepted}.`,
      )
    }
  }
}

function shown(value: unknown, { isSecret = false }: OptionCheck): string {
  return isSecret ? `a value of the type ${typeof value}, which is not shown,` : showValue(value)
}

function unknownOption(of: string, name: string, known: readonly string[]): ForebayError {
  return new ForebayError(
    'FOREBAY_UNKNOWN_OPTION',
    `${of}: unknown option '${name.slice(0, 60)}'.${didYouMean(name, known)} Known options: ${known.join(', ')}.`,
  )
}

export const isFunction: OptionCheck = {
  accepts: (value) => typeof value === 'function',
  accepted: 'a function',
}

export const isBoolean: OptionCheck = {
  accepts: (value) => typeof value === 'boolean',
  accepted: 'true or false',
}

export const isDuration: OptionCheck = {
  accepts: (value) => readDuration(value) !== undefined,
  accepted: "whole milliseconds from 0 to 10 years, or a text such as '250ms', '30s', '5m', '1h', '1d'",
}

/** A duration that is more than nothing. */
export const isPositiveDuration: OptionCheck = {
  accepts: (value) => (readDuration(value) ?? 0) > 0,
  accepted:
    "a duration of at least 1 ms: whole milliseconds up to 10 years, or a text such as '250ms', '30s', '5m', '1h', '1d'",
}

export const isText: OptionCheck = {
  accepts: (value) => typeof value === 'string' && value !== '',
  accepted: 'a text that is not empty',
}

/** A text that no message shows. */
export const isSecretText: OptionCheck = { ...isText, isSecret: true }

export function isInteger(least: number, most: number = Number.MAX_SAFE_INTEGER): OptionCheck {
  return {
    accepts: (value) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    accepted:
      most === Number.MAX_SAFE_INTEGER
        ? `a whole number of at least ${least} and at most ${most}`
        : `a whole number from ${least} to ${most}`,
  }
}

export function isNumber(least: number, most: number): OptionCheck {
  return {
    accepts: (value) => typeof value === 'number' && value >= least && value <= most,
    accepted: `a number from ${least} to ${most}`,
  }
}

export function isOneOf(...values: readonly unknown[]): OptionCheck {
  return { accepts: (value) => values.includes(value), accepted: values.map(showValue).join(', ') }
}

export function isListOf(item: OptionCheck): OptionCheck {
  return {
    accepts: (value) => Array.isArray(value) && value.every((one) => item.accepts(one)),
    accepted: `a list, each item ${item.accepted}`,
  }
}

export function isObjectWith(...members: readonly string[]): OptionCheck {
  return {
    accepts: (value) =>
      typeof value === 'object' && value !== null && members.every((member) => member in value),
    accepted: `an object with ${members.join(', ')}`,
  }
}

export function isEither(...checks: readonly OptionCheck[]): OptionCheck {
  return {
    accepts: (value) => checks.some((check) => check.accepts(value)),
    accepted: checks.map((check) => check.accepted).join('; or '),
  }
}
