/** Arguments as a text: the same for the same arguments, and for those alone. Types are kept apart, lengths come first. */
import { ForebayError, showValue } from '../../kit/forebay-error.ts'

/** Nobody means to tell calls apart by what lies deeper; a cycle ends here at the latest. */
const deepest = 32

/**
 * Told apart are types (`1` and `'1'`), `null`, `undefined` and a missing argument, `-0` and `0`, arrays and objects, holes.
 * The same are `NaN` and `NaN`, Dates of one instant, and objects with the same properties in another order.
 * @param of for the message: `memoize findUser`.
 * @throws ForebayError `FOREBAY_INVALID_ARGUMENT` for functions, symbols, instances of classes, and cycles.
 */
export function argumentKey(of: string, args: readonly unknown[]): string {
  const writer = new ArgumentWriter(of)
  writer.array(args, 'argument')
  return writer.text
}

/** What a `key` function returned instead of the arguments, told apart in the same way. */
export function resultKey(of: string, result: unknown): string {
  const writer = new ArgumentWriter(of)
  writer.value(result, 'the result of key')
  return writer.text
}

class ArgumentWriter {
  text = ''
  readonly #of: string
  readonly #around: object[] = []

  constructor(of: string) {
    this.#of = of
  }

  value(value: unknown, where: string): void {
    switch (typeof value) {
      case 'string':
        return this.#string(value)
      case 'number':
        this.text += Object.is(value, -0) ? 'd-0;' : `d${value};`
        return
      case 'bigint':
        this.text += `i${value};`
        return
      case 'boolean':
        this.text += value ? 't' : 'f'
        return
      case 'undefined':
        this.text += 'u'
        return
      case 'object':
        return this.#object(value, where)
      case 'symbol':
      case 'function':
        throw this.#refused(value, where, `a ${typeof value}`)
    }
  }

  array(items: readonly unknown[], where: string): void {
    if (Object.keys(items).length > items.length || Object.getPrototypeOf(items) !== Array.prototype) {
      throw this.#refused(items, where, 'an array with properties of its own')
    }
    this.#within(items, where, () => {
      this.text += `a${items.length}:`
      for (let index = 0; index < items.length; index++) {
        if (index in items) this.value(items[index], `${where} ${index + 1}`)
        else this.text += 'h'
      }
    })
  }

  #string(value: string): void {
    this.text += `s${value.length}:${value}`
  }

  #object(value: object | null, where: string): void {
    if (value === null) this.text += 'n'
    else if (Array.isArray(value)) this.array(value, `item of ${where}`)
    else if (value instanceof Date && Object.getPrototypeOf(value) === Date.prototype) {
      this.text += `D${value.getTime()};`
    } else this.#plain(value, where)
  }

  #plain(value: object, where: string): void {
    const prototype: unknown = Object.getPrototypeOf(value)
    const isPlain = prototype === null || prototype === Object.prototype
    if (!isPlain || Object.getOwnPropertySymbols(value).length > 0) {
      throw this.#refused(value, where, isPlain ? 'an object with symbols' : 'an instance of a class')
    }
    // By code units: the same order everywhere.
    const names = Object.keys(value).toSorted((a, b) => (a < b ? -1 : 1))
    this.#within(value, where, () => {
      this.text += `o${names.length}:`
      for (const name of names) {
        this.#string(name)
        this.value((value as Readonly<Record<string, unknown>>)[name], `${name} of ${where}`)
      }
    })
  }

  #within(value: object, where: string, write: () => void): void {
    if (this.#around.includes(value)) throw this.#refused(value, where, 'a part of itself')
    if (this.#around.length >= deepest) throw this.#refused(value, where, `nested more than ${deepest} deep`)
    this.#around.push(value)
    write()
    this.#around.pop()
  }

  #refused(value: unknown, where: string, what: string): ForebayError {
    const shown =
      typeof value === 'symbol' ? 'a symbol' : what === 'a part of itself' ? 'an object' : showValue(value)
    return new ForebayError(
      'FOREBAY_INVALID_ARGUMENT',
      `${this.#of}: ${where}: ${shown} is ${what}, and calls cannot be told apart by it. ` +
        'Accepted: texts, numbers, BigInts, booleans, null, undefined, Dates, arrays and plain objects of these; ' +
        'or give the option key, a function that says what tells calls apart.',
    )
  }
}
