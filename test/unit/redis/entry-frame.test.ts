/** Bytes of entries as they were first written, and what becomes of bytes that are none. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CacheEntry } from '@forebay/core'
import { held, whole } from '../../../packages/redis/src/entries/compression.ts'
import {
  frameLayout,
  readFrame,
  readFrameHead,
  writeFrame,
  type HeldValue,
} from '../../../packages/core/src/cache/frame.ts'
import { readMarksHead } from '../../../packages/core/src/cache/marks-head.ts'
import { hostileTexts } from '../../../packages/testing/src/hostile-texts.ts'

/** Made by hand: another program computed the checksums and packed the numbers. */
const plainHex =
  '66626501' + // "fbe", version 1
  '2e78f0ee' + // CRC-32
  '0000000000409f40' + // staleAt 2000
  '000000000040af40' + // deleteAt 4000
  '0000000000000840' + // stamp 3
  '0000000000408f40' + // storedAt 1000
  '0000000000001c40' + // bytes 7
  '0a000000' + // length of the names
  '02000000' + // length of the value
  '00' + // not compressed
  '01' + // length of the codec's id
  '0000' +
  '02000000' + // length of the value as it is held
  '5b222f70222c2274225d' + // ["/p","t"]
  '63' + // c
  '6869' // hi

/** The same, of forty times "a" as raw DEFLATE. */
const deflatedHex =
  '66626501a02dd3cc0000000000409f40000000000040af4000000000000008400000000000408f400000000000001c40' +
  '0a0000002800000001010000060000005b222f70222c2274225d634b4c240e0000'

const entry: CacheEntry = {
  value: undefined,
  bytes: 7,
  stamp: 3,
  storedAt: 1_000,
  staleAt: 2_000,
  deleteAt: 4_000,
  labels: ['t'],
  path: '/p',
}
const { value: _, ...headOf } = entry
const plain = (text: string): HeldValue => {
  const bytes = new TextEncoder().encode(text)
  return { bytes, length: bytes.length, isDeflated: false }
}

describe('the frozen layout', () => {
  it('is read', () => {
    const frame = readFrame(Buffer.from(plainHex, 'hex'))
    expect(frame).toEqual({ ...headOf, codecId: 'c', length: 75, held: plain('hi') })
  })

  it('is written', () => {
    expect(writeFrame(entry, 'c', plain('hi')).toString('hex')).toBe(plainHex)
  })

  it('is read where the value is compressed', async () => {
    const frame = readFrame(Buffer.from(deflatedHex, 'hex'))
    expect(frame.held.isDeflated).toBe(true)
    expect(Buffer.from(await whole(frame.held, 1_000)).toString()).toBe('a'.repeat(40))
  })

  it('has its instants where the scripts look for them', () => {
    const bytes = Buffer.from(plainHex, 'hex')
    expect(bytes.readDoubleLE(8)).toBe(entry.staleAt)
    expect(bytes.readDoubleLE(16)).toBe(entry.deleteAt)
    expect(bytes.readDoubleLE(24)).toBe(entry.stamp)
    expect(frameLayout).toEqual({
      magic: 0,
      checksum: 4,
      staleAt: 8,
      deleteAt: 16,
      stamp: 24,
      storedAt: 32,
      bytes: 40,
      namesLength: 48,
      valueLength: 52,
      flags: 56,
      codecLength: 57,
      heldLength: 60,
      names: 64,
    })
  })

  it('lets the instants change that a touch changes', () => {
    const bytes = Buffer.from(plainHex, 'hex')
    bytes.writeDoubleLE(5_000, 8)
    bytes.writeDoubleLE(6_000, 16)
    expect(readFrame(bytes)).toMatchObject({ staleAt: 5_000, deleteAt: 6_000, stamp: 3 })
  })

  it('is that of the marks too', () => {
    const hex =
      '66626801' + // "fbh", version 1
      '05000000' + // 5 marks
      '000000000000f03f' + // floor 1
      '0000000000000040' + // markedAt 2
      '0000000000000840' + // last 3
      '0000000000001040' // until 4
    expect(readMarksHead(Buffer.from(hex, 'hex'))).toEqual({
      count: 5,
      floor: 1,
      markedAt: 2,
      last: 3,
      until: 4,
    })
    expect(readMarksHead(Buffer.from(hex.slice(2), 'hex'))).toBeUndefined()
    expect(readMarksHead(Buffer.from(hex.replace('6801', '6802'), 'hex'))).toBeUndefined()
    expect(readMarksHead(Buffer.from(hex.replace('f03f', 'f07f'), 'hex'))).toBeUndefined()
  })
})

describe('a frame', () => {
  it('keeps names of every kind, and bytes as they are', () => {
    for (const text of hostileTexts) {
      const frame = readFrame(writeFrame({ ...entry, labels: [text, 'x'], path: text }, 'codec', plain(text)))
      expect(frame.labels).toEqual([text, 'x'])
      expect(frame.path).toBe(text)
      expect(Buffer.compare(frame.held.bytes, plain(text).bytes)).toBe(0)
    }
  })

  it('tells its head without its value', () => {
    const frame = writeFrame(entry, 'codec', plain('x'.repeat(1_000)))
    const { length } = readFrameHead(frame)
    expect(readFrameHead(frame.subarray(0, length))).toEqual({ ...headOf, codecId: 'codec', length })
  })

  it('refuses a codec whose id is too long', () => {
    expect(() => writeFrame(entry, 'x'.repeat(256), plain(''))).toThrow(/255/)
  })

  it('is not read when it is cut off, goes on, or was changed anywhere but in the instants of a touch', () => {
    const whole1 = Buffer.from(plainHex, 'hex')
    for (let length = 0; length < whole1.length; length++) {
      expect(() => readFrame(whole1.subarray(0, length))).toThrow()
    }
    expect(() => readFrame(Buffer.concat([whole1, Buffer.from('x')]))).toThrow(/cut off/)
    for (let at = 0; at < whole1.length; at++) {
      if (at >= frameLayout.staleAt && at < frameLayout.stamp) continue
      for (const flip of [1, 0x80]) {
        const changed = Buffer.from(whole1)
        changed[at] = (changed[at] ?? 0) ^ flip
        expect(() => readFrame(changed), `byte ${at}`).toThrow()
      }
    }
  })

  it.each(['{"path":"/"}', '[]', '["/",1]', '["/",["a"]]', 'null', '["/"', '[{"__proto__":1}]'])(
    'is not read with names that are none: %s',
    (names) => {
      const frame = writeFrame({ ...entry, path: 'p'.repeat(100), labels: [] }, 'c', plain('hi'))
      const text = names.padEnd(104)
      expect(() =>
        readFrameHead(Buffer.from(frame.toString('latin1').replace(/\["p+"\]/, text), 'latin1')),
      ).toThrow(/names/)
    },
  )

  it('is not read with instants that are no numbers', () => {
    const bytes = Buffer.from(plainHex, 'hex')
    bytes.writeDoubleLE(NaN, frameLayout.deleteAt)
    expect(() => readFrame(bytes)).toThrow(/instants/)
  })

  it('refuses any bytes without a harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => readFrame(Buffer.from(bytes))).toThrow()
        const likely = Buffer.concat([Buffer.from(plainHex.slice(0, 8), 'hex'), bytes])
        expect(() => readFrame(likely)).toThrow()
      }),
    )
  })
})

describe('a compressed value', () => {
  it('is what it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 100 }),
        fc.integer({ min: 1, max: 100 }),
        async (bytes, times) => {
          const value = new Uint8Array(Buffer.concat(Array.from({ length: times }, () => bytes)))
          const smaller = await held(value, 0)
          expect(smaller.bytes.byteLength).toBeLessThanOrEqual(value.byteLength)
          expect(smaller.isDeflated ? await whole(smaller, value.length) : smaller.bytes).toEqual(value)
        },
      ),
    )
  })

  it('is compressed from the threshold on, and only where that makes it smaller', async () => {
    const text = plain('a'.repeat(10_000)).bytes
    expect((await held(text, 10_000)).isDeflated).toBe(true)
    expect((await held(text, 10_001)).isDeflated).toBe(false)
    expect((await held(text, Infinity)).isDeflated).toBe(false)
    const numbers = Array.from({ length: 20_000 }, (_one, index) => Math.sqrt(index)).join()
    const encoded = (await held(plain(numbers).bytes, 0)).bytes
    expect(encoded.byteLength).toBeLessThan(numbers.length)
    expect((await held(encoded, 0)).bytes).toBe(encoded)
    const noise = crypto.getRandomValues(new Uint8Array(20_000))
    expect((await held(noise, 0)).bytes).toBe(noise)
  })

  it('never becomes larger than it says, nor than is allowed', async () => {
    const bomb = await held(new Uint8Array(10_000_000), 0)
    expect(bomb.bytes.byteLength).toBeLessThan(50_000)
    await expect(whole({ ...bomb, length: 1_000 }, 2_000)).rejects.toThrow(/made whole/)
    await expect(whole(bomb, 9_999_999)).rejects.toThrow(/larger/)
    await expect(whole({ ...bomb, length: 10_000_001 }, 2 ** 30)).rejects.toThrow(/another length/)
    await expect(whole({ bytes: plain('no').bytes, length: 2, isDeflated: true }, 100)).rejects.toThrow(
      /made whole/,
    )
  })
})
