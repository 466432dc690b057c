/** `token-bucket` and `gcra` in the common case: where no product is too large for a float. */
import type { QuickSource } from './quick-source.ts'

/** Each charge moves the end of the key. It is moved twice as far as it has to be, and then not again for as long. */
export const quickGcra: QuickSource = {
  charge: `
    if limit$ == 0 or (burst$ + 1) * windowMs$ + limit$ > most then break end
    if not isFound then toldLimit$, toldMs$ = limit$, windowMs$ end
    if toldLimit$ ~= limit$ or toldMs$ ~= windowMs$ then break end
    local available, from, before = burst$, now, 0
    if arrival$ >= now then
      if arrival$ == most then break end
      from, before = arrival$, part$
      local worn = (now - arrival$) * limit$ - before
      if worn < -most then break end
      available = burst$ + floor(worn / windowMs$)
    end
    if not (available >= units$) then break end
    local due = units$ * windowMs$ + before
    local whole = floor(due / limit$)
    arrival$, part$ = from + whole, due - whole * limit$
    if arrival$ >= most then break end
    local wholeAt = arrival$ + (part$ > 0 and 1 or 0)
    if endsAt$ < wholeAt then endsAt$, isNew = wholeAt + wholeAt - now, true end`,
  renew: '',
}

/** A charge may be corrected until an empty bucket would have filled. The key's end is moved five times meanwhile. */
export const quickTokenBucket: QuickSource = {
  charge: `
    if limit$ == 0 or (burst$ + 1) * windowMs$ + limit$ > most then break end
    if not isFound then filledAt$ = now end
    local missing, rest = 0, 0
    if taken$ > 0 then
      local elapsedMs = now > filledAt$ and now - filledAt$ or 0
      local filled = elapsedMs * limit$ + (part$ < windowMs$ and part$ or windowMs$ - 1)
      if filled > most then break end
      local whole = floor(filled / windowMs$)
      if whole < taken$ then missing, rest = taken$ - whole, filled - whole * windowMs$ end
    end
    if not (burst$ - missing >= units$) then break end
    taken$, part$ = missing + units$, rest
    if not (filledAt$ >= now) then filledAt$ = now end
    local fillsAt = filledAt$ - floor(-burst$ * windowMs$ / limit$)
    if endsAt$ < fillsAt then endsAt$, isNew = fillsAt + floor((fillsAt - now) / 5), true end`,
  renew: '',
}
