// The key of the person at the page.
//
// In sessionStorage: it is gone with the tab, and no other page of this computer gets it. Who asks to be remembered has it in
// localStorage instead, until they sign out. Never in a cookie (no other page can then make requests in its name), never
// in an address.

const PLACE = 'sluice.key'

let key = $state<string | null>(sessionStorage.getItem(PLACE) ?? localStorage.getItem(PLACE))
let refused = $state(false)

export const session = {
  get key(): string | null {
    return key
  },
  /** The server did not take the last key. */
  get refused(): boolean {
    return refused
  },
}

export function signIn(next: string, remember: boolean): void {
  forget()
  const storage = remember ? localStorage : sessionStorage
  storage.setItem(PLACE, next)
  refused = false
  key = next
}

export function signOut(): void {
  forget()
  refused = false
  key = null
}

/** The server says that the key is worth nothing. */
export function keyRefused(): void {
  forget()
  refused = true
  key = null
}

function forget(): void {
  sessionStorage.removeItem(PLACE)
  localStorage.removeItem(PLACE)
}
