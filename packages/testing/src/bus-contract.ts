/** The suite of an invalidation bus: what one node says, every other node hears. */
import { describe, expect, it } from 'vitest'
import type { Bus } from '@forebay/core'
import type { BackendHarness } from './backend-harness.ts'
import { hostileTexts } from './hostile-texts.ts'
import { withBackend } from './with-backend.ts'

/** Declares the tests; to be called at the top level of a test file or within `describe`. */
export function busContract(harness: BackendHarness): void {
  describe(`${harness.name}: bus`, () => {
    const current = withBackend(harness)
    /** In 5 s at the latest. What then is not so shows in the next expectation. */
    const eventually = async (isSo: () => boolean): Promise<void> => {
      for (let step = 0; step < 200 && !isSo(); step++) await current.advance(25)
    }
    const standing = (bus: Bus, ...topics: readonly string[]): Promise<void> =>
      eventually(() => topics.every((topic) => bus.isLive?.(topic) ?? true))

    it('does not let a publisher hear itself', async () => {
      const { bus } = current.backend
      const heard: string[] = []
      const undo = bus.subscribe('topic', { message: (message) => heard.push(message), gap: () => undefined })
      await bus.publish('topic', 'message')
      await current.advance(200)
      expect(heard).toEqual([])
      undo()
    })

    it('can be left more than once', () => {
      const undo = current.backend.bus.subscribe('topic', { message: () => undefined, gap: () => undefined })
      undo()
      expect(undo).not.toThrow()
    })

    it('tells the subscribers of the topic in every other process, in order, until they leave', async () => {
      const { neighbour } = current
      expect(neighbour !== undefined).toBe(current.backend.shared)
      if (neighbour === undefined) return
      const heard = listenTo(neighbour.bus, 'topic')
      const elsewhere = listenTo(neighbour.bus, 'other topic')
      await standing(neighbour.bus, 'topic', 'other topic')
      await current.backend.bus.publish('topic', 'first')
      await current.backend.bus.publish('topic', 'second')
      await eventually(() => heard.messages.length === 2)
      expect(heard.messages).toEqual(['first', 'second'])
      heard.undo()
      await current.backend.bus.publish('topic', 'third')
      await current.advance(200)
      expect(heard.messages).toEqual(['first', 'second'])
      expect(elsewhere.messages).toEqual([])
      elsewhere.undo()
    })

    it('says whether what it told can be relied on, where messages can be missed at all', async () => {
      const { bus, shared } = current.backend
      expect(typeof bus.isLive).toBe(shared ? 'function' : 'undefined')
      if (bus.isLive === undefined) return
      expect(bus.isLive('topic')).toBe(false)
      const { undo } = listenTo(bus, 'topic')
      await standing(bus, 'topic')
      expect(bus.isLive('topic')).toBe(true)
      expect(bus.isLive('other topic')).toBe(false)
      undo()
      expect(bus.isLive('topic')).toBe(false)
    })

    it('tells of no gap where there is none', async () => {
      const { backend, neighbour } = current
      const heard = listenTo(backend.bus, 'topic')
      await standing(backend.bus, 'topic')
      const gaps = heard.gaps()
      expect(gaps).toBeLessThanOrEqual(1)
      await neighbour?.bus.publish('topic', 'message')
      await backend.bus.publish('topic', 'own message')
      await neighbour?.bus.publish('topic', 'message')
      await current.advance(400)
      expect(heard.gaps()).toBe(gaps)
      heard.undo()
    })

    it('keeps every topic apart, and every message as it is', async () => {
      const { neighbour } = current
      if (neighbour === undefined) return
      const heard = hostileTexts.map((topic) => listenTo(neighbour.bus, topic))
      const messages = listenTo(neighbour.bus, 'messages')
      await standing(neighbour.bus, 'messages', ...hostileTexts)
      for (const [index, topic] of hostileTexts.entries()) {
        await current.backend.bus.publish(topic, `${index}`)
      }
      for (const text of hostileTexts) await current.backend.bus.publish('messages', text)
      await eventually(() => messages.messages.length === hostileTexts.length)
      await eventually(() => heard.every((one) => one.messages.length > 0))
      expect(heard.map((one) => one.messages)).toEqual(hostileTexts.map((_, index) => [`${index}`]))
      expect(messages.messages).toEqual(hostileTexts)
      for (const { undo } of [...heard, messages]) undo()
    })

    it('is not stopped by a listener that throws', async () => {
      const { neighbour } = current
      if (neighbour === undefined) return
      const undo = neighbour.bus.subscribe('topic', {
        message() {
          throw new Error('a listener with a bug')
        },
        gap: () => undefined,
      })
      const heard = listenTo(neighbour.bus, 'topic')
      await standing(neighbour.bus, 'topic')
      await current.backend.bus.publish('topic', 'message')
      await eventually(() => heard.messages.length > 0)
      expect(heard.messages).toEqual(['message'])
      heard.undo()
      undo()
    })
  })
}

interface Heard {
  readonly messages: string[]
  readonly gaps: () => number
  readonly undo: () => void
}

function listenTo(bus: Bus, topic: string): Heard {
  const messages: string[] = []
  let gaps = 0
  const undo = bus.subscribe(topic, {
    message: (message) => messages.push(message),
    gap: () => gaps++,
  })
  return { messages, gaps: () => gaps, undo }
}
