/** `sliding-window` and `fixed-window` in the common case. */
import type { QuickSource } from './quick-source.ts'
import { olderSegments } from './shapes.ts'

const nested = (steps: readonly string[]): string => `${steps.join(' ')} ${steps.map(() => 'end').join(' ')}`

/** From the newest on, up to the first that counts no more. */
const sumUsed = nested([
  'if l1$ > horizon then sum = sum + u1',
  ...olderSegments.map((i) => `if l${i}$ > horizon then sum = sum + u${i}$`),
])

const sumOlder = nested(
  olderSegments.map(
    (i) => `if l${i}$ > horizon then older$ = older$ + u${i}$ if u${i}$ > 0 then oldest$ = l${i}$ end`,
  ),
)

/** After the server's clock was set back: then it is not the oldest that expires first. */
const disordered = olderSegments.map((i) => `l${i}$ > l${i - 1}$`).join(' or ')

const shift = olderSegments
  .toReversed()
  .map((i) => (i === 2 ? 'l2$, u2$ = l1$, u1' : `l${i}$, u${i}$ = l${i - 1}$, u${i - 1}$`))
  .join(' ')

/**
 * What the older segments hold together is remembered with the window for which that is so (`forMs`), until the newest segment
 * is over or the oldest expires (`holds`): until then a hit in the newest segment is only counted. The key lives for a segment
 * longer than it has to, so that its end need not be moved with every hit.
 */
export const quickSlidingWindow: QuickSource = {
  charge: `
    used$ = used$ + since
    if now < holds$ and forMs$ == windowMs$ then
      if not (limit$ - used$ >= units$) then break end
      used$ = used$ + units$
    else
      readAll$
      local u1, horizon, sum = used$ - older$, now - windowMs$, 0
      if l1$ < latest then l1$ = latest end
      if l1$ > now then break end
      ${sumUsed}
      if not (limit$ - sum >= units$) then break end
      if u1 == 0 or (now - begins$) * 5 >= windowMs$ then
        if u1 > 0 then
          if l6$ > horizon then u5$ = math.min(most, u5$ + u6$) end
          ${shift}
        end
        begins$, u1 = now, 0
      end
      l1$ = now
      forMs$, older$, oldest$ = windowMs$, 0, 0
      ${sumOlder}
      used$ = older$ + u1 + units$
      local closes = begins$ + math.ceil(windowMs$ / 5)
      holds$ = closes
      if older$ > 0 and oldest$ + windowMs$ < closes then holds$ = oldest$ + windowMs$ end
      if ${disordered} then holds$ = 0 end
      if endsAt$ < closes + windowMs$ then endsAt$ = closes + windowMs$ end
      isNew = true
    end`,
  renew: 'l1$ = now',
}

export const quickFixedWindow: QuickSource = {
  charge: `
    used$ = used$ + since
    if not (closes$ > now) then closes$, used$, isNew = now + windowMs$, 0, true end
    if not (limit$ - used$ >= units$) then break end
    used$ = used$ + units$`,
  renew: 'if endsAt$ < closes$ then endsAt$ = closes$ end',
}
