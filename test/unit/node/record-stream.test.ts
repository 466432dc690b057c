/** A recorded stream: what leaves, what is recorded, and how it ends. */
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { contentOf } from '../../../packages/core/src/node/content.ts'
import { recordStream } from '../../../packages/core/src/node/record-stream.ts'
import type { Departure, ResponseRecorder } from '../../../packages/core/src/ports/http.ts'

const whole: Departure = {
  status: 200,
  set: [],
  remove: [],
  window: undefined,
  body: undefined,
  recording: true,
}

function noting(): ResponseRecorder & { readonly notes: string[]; readonly bytes: Buffer[] } {
  const notes: string[] = []
  const bytes: Buffer[] = []
  return {
    notes,
    bytes,
    start: () => whole,
    write: (chunk) => void bytes.push(Buffer.from(chunk)),
    end: () => void notes.push('end'),
    abort: () => void notes.push('abort'),
  }
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

const closed = (stream: Readable): Promise<void> =>
  new Promise((resolve) => {
    stream.on('error', () => undefined)
    stream.on('close', resolve)
  })

describe('a recorded stream', () => {
  it('passes on and records everything', async () => {
    const recorder = noting()
    const recorded = recordStream(Readable.from(['one ', 'two']), recorder, whole)
    expect(await textOf(recorded)).toBe('one two')
    expect(Buffer.concat(recorder.bytes).toString()).toBe('one two')
    expect(recorder.notes).toEqual(['end'])
  })

  it('whose source fails while nobody reads it ends, in nobody’s hearing', async () => {
    const recorder = noting()
    const source = new Readable({ read: () => source.destroy(new Error('the source failed')) })
    const recorded = recordStream(source, recorder, whole)
    // An error event without a listener would end the process, and this test.
    await new Promise((resolve) => recorded.on('close', resolve))
    expect(recorder.notes).toEqual(['abort'])
  })

  it.each([
    [{ from: 2, to: 5 }, '2 3'],
    [{ from: 0, to: 0 }, ''],
    [{ from: 4, to: 100 }, '3 4'],
  ])('lets only the window %o leave and records all', async (window, expected) => {
    const recorder = noting()
    const source = Readable.from([Buffer.from('1 '), Buffer.from('2 '), Buffer.from('3 4')])
    expect(await textOf(recordStream(source, recorder, { ...whole, window }))).toBe(expected)
    expect(Buffer.concat(recorder.bytes).toString()).toBe('1 2 3 4')
  })

  it('shows nothing to a recorder that does not record', async () => {
    const recorder = noting()
    const recorded = recordStream(Readable.from(['one']), recorder, { ...whole, recording: false })
    expect(await textOf(recorded)).toBe('one')
    expect([recorder.bytes, recorder.notes]).toEqual([[], []])
  })

  it('aborts when the source fails, and fails itself', async () => {
    const recorder = noting()
    const source = new PassThrough()
    const recorded = recordStream(source, recorder, whole)
    source.write('half')
    source.destroy(new Error('the source failed'))
    await expect(textOf(recorded)).rejects.toThrow('the source failed')
    expect(recorder.notes).toEqual(['abort'])
  })

  it('aborts and destroys the source when the client leaves', async () => {
    const recorder = noting()
    const source = new PassThrough()
    const recorded = recordStream(source, recorder, whole)
    const over = closed(recorded)
    source.write('half')
    recorded.destroy()
    await over
    expect(source.destroyed).toBe(true)
    expect(recorder.notes).toEqual(['abort'])
  })

  it('reads no faster than it is read', async () => {
    let made = 0
    const source = new Readable({
      read() {
        made++
        this.push(Buffer.alloc(65_536))
      },
    })
    const recorded = recordStream(source, noting(), whole)
    await new Promise((resolve) => setImmediate(resolve))
    expect(made).toBeLessThan(10)
    recorded.destroy()
  })
})

describe('the content of a body', () => {
  it.each([
    ['text', 'é'],
    ['a Buffer', Buffer.from('é')],
    ['a typed array', new Uint16Array(Buffer.from('é').buffer.slice(0, 0))],
    ['an ArrayBuffer', new Uint8Array(Buffer.from('é')).buffer],
    ['nothing', null],
  ])('of %s is bytes', (_name, body) => {
    const content = contentOf(body)
    expect(content?.kind).toBe('bytes')
  })

  it.each([
    ['a Node stream', () => Readable.from([Buffer.from('water')])],
    ['a Blob', () => new Blob(['water'])],
    ['a web stream', () => new Blob(['water']).stream()],
    ['a Response', () => new Response('water')],
  ])('of %s is a stream', async (_name, make) => {
    const content = contentOf(make())
    expect(content?.kind === 'stream' && (await textOf(content.stream))).toBe('water')
  })

  it('is unknown of what is none, or is read already', async () => {
    const used = new Response('water')
    await used.text()
    expect([contentOf({}), contentOf(1), contentOf(used)]).toEqual([undefined, undefined, undefined])
  })
})
