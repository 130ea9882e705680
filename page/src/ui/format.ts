// Figures and times in words, the same everywhere. Pure but for the language of the browser.

const NUMBERS = new Intl.NumberFormat('en')
const TIMES = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hour12: false })

export function count(number: number, one: string, many = `${one}s`): string {
  return `${NUMBERS.format(number)} ${number === 1 ? one : many}`
}

export function bytes(size: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB']
  let unit = 0
  let rest = size
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000
    unit += 1
  }
  return `${rest < 10 && unit > 0 ? rest.toFixed(1) : Math.round(rest)} ${units[unit]}`
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${minutes} min ${Math.round((ms % 60_000) / 1000)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Dollars, with as many places as it takes to see something. Without a price there is nothing to say. */
export function cost(usd: number | null | undefined): string {
  if (usd === null || usd === undefined) return 'price unknown'
  if (usd === 0) return '$0'
  return `$${usd.toFixed(usd < 0.01 ? 5 : usd < 1 ? 3 : 2)}`
}

export function time(at: string | number): string {
  return TIMES.format(new Date(at))
}

export function ago(at: string, nowMs: number): string {
  const ms = nowMs - Date.parse(at)
  if (ms < 60_000) return 'just now'
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`
  return time(at)
}

export function figures(number: number): string {
  return NUMBERS.format(number)
}
