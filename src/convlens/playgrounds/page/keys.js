// Every action by keyboard. In a grid the arrows move in the tensor, so a windowed picture follows.

function moved(sel, event, node) {
  const at = [...sel.at], lead = [...sel.lead], last = at.length - 1
  const sizes = {x: node.size, w: node.kernel, y: outSize(node)}[sel.role]
  const by = (a, n) => { at[a] = Math.min(Math.max(at[a] + n, 0), sizes[a] - 1) }
  const channel = n => {
    if (sel.role === 'w') {
      const own = groupOf(node, lead[0]), i = lead[0] * own.length + own.indexOf(lead[1]) + n
      if (i < 0 || i >= node.cout * own.length) return
      lead[0] = Math.floor(i / own.length)
      lead[1] = groupOf(node, lead[0])[i % own.length]
    } else lead[0] = Math.min(Math.max(lead[0] + n, 0), (sel.role === 'x' ? node.cin : node.cout) - 1)
  }
  const deep = event.shiftKey && last === 2
  const acts = {ArrowLeft: () => by(last, -1), ArrowRight: () => by(last, 1), Home: () => by(last, -1e9), End: () => by(last, 1e9),
    ArrowUp: () => deep ? by(0, -1) : last ? by(last - 1, -1) : channel(-1), ArrowDown: () => deep ? by(0, 1) : last ? by(last - 1, 1) : channel(1),
    PageUp: () => channel(-1), PageDown: () => channel(1)}
  if (!acts[event.key]) return null
  acts[event.key]()
  return {...sel, lead, at}
}

function gridKey(event, app) {
  const sel = parseKey(event.target.dataset.key), node = app.nodes[sel.stage]
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  if (event.key === 'Enter') { choose(sel, true, true); return true }
  if ((event.key === 'e' || event.key === 'F2') && sel.role !== 'y') { choose(sel); $('edit')?.select(); return true }
  const next = moved(sel, event, node)
  if (next) choose(next, true)
  return next !== null
}

// Arrow keys among the terms of a sum: one tab stop for each sum.
function termKey(event) {
  const all = [...$('sums').querySelectorAll('.terms button')].filter(b => b.offsetParent), i = all.indexOf(event.target)
  const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key]
  if (!step || !all[i + step]) return false
  all.forEach(b => { b.tabIndex = -1 })
  all[i + step].tabIndex = 0
  all[i + step].focus()
  return true
}

function onKey(event) {
  const el = event.target, app = now
  if ($('dialog').open) return
  if (el.dataset?.key && gridKey(event, app)) return event.preventDefault()
  if (el.closest?.('.terms') && termKey(event)) return event.preventDefault()
  if (el.dataset?.field && el.matches('.step input') && ['ArrowUp', 'ArrowDown'].includes(event.key)) {
    set({[el.dataset.field]: stepped(el.value, event.key === 'ArrowUp' ? 1 : -1)})
    return event.preventDefault()
  }
  const typing = el.matches?.('input:not([type=range],[type=checkbox]), select, textarea')
  if (event.key === 'Escape') { stop(); if (typing) el.blur(); else free(); return }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return
  const acts = {'[': () => step(-1), ']': () => step(1), '?': () => $('help').click()}
  if (event.key === ' ' && !el.matches('button, summary, input, dialog *')) acts[' '] = toggle
  if (acts[event.key]) { event.preventDefault(); acts[event.key]() }
}
