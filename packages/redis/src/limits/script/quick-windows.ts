/** `sliding-window` and `fixed-window` in the common case. */
import { floats, listOf, zeros, type QuickSource } from './quick-source.ts'

const segments = [1, 2, 3, 4, 5, 6]
const older = segments.slice(1)

const nested = (steps: readonly string[]): string => `${steps.join(' ')} ${steps.map(() => 'end').join(' ')}`

/** From the newest on, up to the first that counts no more. */
const sumUsed = nested(segments.map((i) => `if l${i}$ > horizon then used = used + u${i}$`))

const sumOlder = nested(
  older.map(
    (i) => `if l${i}$ > horizon then older$ = older$ + u${i}$ if u${i}$ > 0 then oldest$ = l${i}$ end`,
  ),
)

/** After the server's clock was set back: then it is not the oldest that expires first. */
const disordered = older.map((i) => `l${i}$ > l${i - 1}$`).join(' or ')

const shift = older
  .toReversed()
  .map((i) => `l${i}$, u${i}$ = l${i - 1}$, u${i - 1}$`)
  .join(' ')

const cold = older.flatMap((i) => [`l${i}`, `u${i}`])

/**
 * What the older segments hold together is remembered with the window for which that is so (`forMs`), until the newest segment
 * is over or the oldest expires (`holds`): until then a hit in the newest segment changes two numbers. The key lives for a
 * segment longer than it has to, so that its end need not be moved with every hit.
 */
export const quickSlidingWindow: QuickSource = {
  told: ['endsAt', 'begins', 'oldest'],
  still: ['forMs', 'holds', 'older'],
  moving: ['l1', 'u1'],
  cold,
  charge: `
    if now < holds$ and forMs$ == windowMs$ and now >= l1$ then
      if not (limit$ - older$ - u1$ >= units$) then break end
      l1$, u1$ = now, u1$ + units$
    else
      local ${listOf(cold)} = ${zeros(cold.length)}
      if text then
        readRecord$
        readTold$
        ${listOf(cold)} = unpackText('<${floats(cold.length)}', record, coldAt$)
      end
      local horizon, used = now - windowMs$, 0
      ${sumUsed}
      if not (limit$ - used >= units$) then break end
      if u1$ == 0 or (now - begins$) * 5 >= windowMs$ then
        if u1$ > 0 then
          if l6$ > horizon then u5$ = math.min(most, u5$ + u6$) end
          ${shift}
        end
        begins$, l1$, u1$ = now, now, 0
      end
      if l1$ < now then l1$ = now end
      u1$ = u1$ + units$
      forMs$, older$, oldest$ = windowMs$, 0, 0
      ${sumOlder}
      local closes = begins$ + math.ceil(windowMs$ / 5)
      holds$ = closes
      if older$ > 0 and oldest$ + windowMs$ < closes then holds$ = oldest$ + windowMs$ end
      if ${disordered} then holds$ = 0 end
      local lastHitAt = math.max(l1$, closes)
      if endsAt$ < lastHitAt + windowMs$ then endsAt$ = lastHitAt + windowMs$ end
      cold$ = pack('<${floats(cold.length)}', ${listOf(cold)})
      isNew = true
    end`,
}

export const quickFixedWindow: QuickSource = {
  told: ['endsAt'],
  still: ['closes'],
  moving: ['used'],
  cold: [],
  charge: `
    if closes$ <= now then
      readTold$
      closes$, used$, isNew = now + windowMs$, 0, true
      if endsAt$ < closes$ then endsAt$ = closes$ end
    end
    if not (limit$ - used$ >= units$) then break end
    used$ = used$ + units$`,
}
