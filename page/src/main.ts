// Where the page begins: its style, and the whole of it in #app. Called by index.html.

import { mount } from 'svelte'
import App from './App.svelte'
import './page.css'
import './theme.svelte'

const target = document.getElementById('app')
if (target) mount(App, { target })
