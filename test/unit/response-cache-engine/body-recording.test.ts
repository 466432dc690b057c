import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BodyRecording } from '../../../packages/core/src/response-cache/body-recording.ts'

it('ends with exactly the bytes that passed, in memory of its own', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 })
  fc.assert(
    fc.property(chunks, fc.boolean(), (parts, isLengthKnown) => {
      const expected = Buffer.concat(parts)
      const recording = new BodyRecording(10_000, isLengthKnown ? expected.byteLength : undefined)
      for (const part of parts) {
        const chunk = Buffer.from(part)
        recording.add(chunk)
        chunk.fill(0xff)
      }
      const body = recording.finish()
      expect(body?.equals(expected)).toBe(true)
      expect(body?.buffer.byteLength).toBe(expected.byteLength)
    }),
  )
})

it.each([undefined, 11])('keeps nothing beyond the bound (length known: %s)', (expectedBytes) => {
  const recording = new BodyRecording(10, expectedBytes)
  recording.add(Buffer.alloc(10))
  expect(recording.isTooLarge).toBe(false)
  recording.add(Buffer.alloc(1))
  expect(recording.isTooLarge).toBe(true)
  recording.add(Buffer.alloc(100))
  expect(recording.bytes).toBe(111)
  expect(recording.finish()).toBeUndefined()
})

it.each([4, 6])('refuses a body of another length than the expected 5: %i', (bytes) => {
  const recording = new BodyRecording(10, 5)
  recording.add(Buffer.alloc(bytes))
  expect(recording.finish()).toBeUndefined()
})
