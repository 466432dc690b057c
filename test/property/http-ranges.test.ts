/** A range is cut out of the content as anybody would cut it, whatever the client asks for. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { validatorsOf } from '../../packages/core/src/response-cache/conditional.ts'
import { selectRange } from '../../packages/core/src/response-cache/range.ts'

const none = validatorsOf({}, 0)
const position = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map(String),
  fc.constantFrom(`${'0'.repeat(20)}7`, '9007199254740993', '18446744073709551616', '9'.repeat(400)),
)

/** Beyond that no number is exact, and no content that long. */
const exact = (digits: string): number => Math.min(Number(digits), Number.MAX_SAFE_INTEGER)

it('a range lies within the content, and is the one that was asked for', () => {
  const range = fc.tuple(fc.option(position, { nil: '' }), fc.option(position, { nil: '' }))
  fc.assert(
    fc.property(range, fc.integer({ min: 0, max: 12 }), ([first, last], length) => {
      const selected = selectRange({ range: `bytes=${first}-${last}` }, none, length)
      const positions = Array.from({ length }, (_, index) => index)
      const isAsked = (index: number): boolean =>
        first === ''
          ? index >= length - Number(last)
          : index >= Number(first) && (last === '' || index <= Number(last))
      const asked = positions.filter(isAsked)
      if ((first === '' && last === '') || (first !== '' && last !== '' && exact(last) < exact(first))) {
        expect(selected).toBeUndefined()
      } else if (asked.length === 0) {
        expect(selected).toEqual({
          status: 416,
          window: { from: 0, to: 0 },
          contentRange: `bytes */${length}`,
        })
      } else {
        expect(selected?.status).toBe(206)
        expect(positions.slice(selected?.window.from, selected?.window.to)).toEqual(asked)
        expect(selected?.contentRange).toBe(`bytes ${asked[0]}-${asked.at(-1)}/${length}`)
      }
    }),
    { numRuns: 2_000 },
  )
})
