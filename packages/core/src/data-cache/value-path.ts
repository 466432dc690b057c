/** Where in a value a codec is, for the message of what it refuses. */
import { ForebayError } from '../kit/forebay-error.ts'

const longestStep = 40

export class ValuePath {
  readonly #of: string
  readonly #steps: (string | number)[] = []
  readonly #around: object[] = []

  /** @param of the codec's id. */
  constructor(of: string) {
    this.#of = of
  }

  enter(step: string | number): void {
    this.#steps.push(step)
  }

  leave(): void {
    this.#steps.pop()
  }

  /** @throws ForebayError for an object that contains itself. */
  open(value: object): void {
    if (this.#around.includes(value)) throw this.refused('a cycle')
    this.#around.push(value)
  }

  close(): void {
    this.#around.pop()
  }

  refused(what: string, instead: string = 'another codec, such as structured'): ForebayError {
    const steps = this.#steps.map((step) =>
      typeof step === 'number' ? `[${step}]` : `.${step.slice(0, longestStep)}`,
    )
    return new ForebayError(
      'FOREBAY_INVALID_VALUE',
      `${this.#of}: $${steps.slice(0, longestStep).join('')} is ${what}, which it cannot hold exactly. Use ${instead}.`,
    )
  }
}

/** Runs what walks through a value. @throws ForebayError for one that is nested deeper than the stack. */
export function walked<R>(of: string, walk: () => R): R {
  try {
    return walk()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const words = `${of}: the value is nested too deeply.`
    throw new ForebayError('FOREBAY_INVALID_VALUE', words, { cause: error })
  }
}

/** Without a class, of whatever realm. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

/** An array of a class of its own would come back as a plain one. */
export function isPlainArray(value: readonly unknown[]): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return typeof prototype === 'object' && prototype !== null && Array.isArray(prototype) && isPlain(prototype)
}

/** What an object is, in words: `a Date`. */
export function nameOf(value: object): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1)
  if (tag !== 'Object') return `${/^[AEIO]/.test(tag) ? 'an' : 'a'} ${tag}`
  const name: unknown = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)
    ?.constructor?.name
  return typeof name === 'string' && name !== '' ? `a ${name}` : 'an object of a class'
}

/** Makes it an own member; assigning `__proto__` would make it the prototype. */
export function putMember(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value
  else Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true })
}
