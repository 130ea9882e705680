// Dark or light: as the system has it, unless somebody chose. The choice stays in this browser.

export type Theme = 'system' | 'light' | 'dark'

const PLACE = 'sluice.theme'

function kept(): Theme {
  const found = localStorage.getItem(PLACE)
  return found === 'light' || found === 'dark' ? found : 'system'
}

let theme = $state<Theme>(kept())

function show(): void {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

show()

export const chosen = {
  get theme(): Theme {
    return theme
  },
  set theme(next: Theme) {
    theme = next
    if (next === 'system') localStorage.removeItem(PLACE)
    else localStorage.setItem(PLACE, next)
    show()
  },
}
