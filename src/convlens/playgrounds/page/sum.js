// One output written out: every term, the subtotals of the channels, the bias, the result. And what an input or a weight reaches.

const TERMS = 27, ROOM = 49, CHANNEL_ROWS = 8
const indexed = (letter, sel) => `${letter}[${[...sel.lead, ...sel.at].join(', ')}]`
const letters = {x: 'x', w: 'w', y: 'y'}

function drawSum(app) {
  const {sel, nodes, values} = app, node = nodes[sel.stage]
  const body = sel.role === 'y' ? sumHtml(app, node) : reachHtml(app, node)
  $('sums').innerHTML = body.html
  app.said = body.said
}

function sumHtml({sel, values, nodes}, node) {
  const n = sel.stage, o = sel.lead[0], count = termCount(node, o, sel.at), name = indexed('y', sel), result = shown(values.value(n, o, sel.at))
  const kind = {max: 'maxOf', avg: 'meanOf'}[node.type] ?? 'sumOf', head = `<h3>${t(kind, {y: name, n: count})}</h3>`
  const painted = node.type === 'transposed' ? `<p class="quiet">${t('painted', {n: prod(sel.at.map((p, a) => reads(node, a, p).length))})}</p>` : ''
  const channels = groupOf(node, o), one = {...node}, subs = []
  const rows = channels.slice(0, CHANNEL_ROWS).map((c, i) => channelHtml(c, i))
  const rest = channels.slice(CHANNEL_ROWS)
  const restSum = rest.length ? values.value(n, o, sel.at) - values.bias(n, o) - subs.reduce((a, b) => a + b, 0) : 0
  const bias = node.bias ? ` + ${t('biasIs')} <span data-sym="bias">${factor(values.bias(n, o))}</span>` : ''
  const ends = [...subs.map(factor), ...(rest.length ? [`… ${factor(restSum)}`] : [])].join(' + ')
  const line = pooling(node) ? '' : `${ends || 0}${bias} = `
  const divided = node.type === 'avg' && count ? `${shown(subs[0])} / ${count} = ` : ''
  return {
    html: head + painted + rows.join('') + (rest.length ? `<p class="chan">${t('moreChannels', {n: rest.length, sum: shown(restSum)})}</p>` : '') +
      `<p class="result">${name} = ${line}${divided}<b>${result}</b></p>`,
    said: `${t(kind, {y: name, n: count})}${t('colon')}${line.replace(/<[^>]*>/g, '')}${divided}${result}`,
  }
  function channelHtml(c, i) {
    const list = windowAt(node, sel.at).map(f => ({...f, v: values.input(n, c, f.at), w: pooling(node) ? null : values.w(n, o, c, f.tap)}))
    const sum = list.reduce((s, f) => s + (f.w === null ? f.v : f.v * f.w), 0)
    subs.push(sum)
    if (!list.length) return `<p class="chan">${t('noTerms')}</p>`
    const most = node.type === 'max' ? Math.max(...list.map(f => f.v)) : null
    const buttons = list.slice(0, ROOM).map((f, j) => {
      const text = f.w === null ? factor(f.v) : `${factor(f.v)}·${factor(f.w)}`
      return `<button type="button" tabindex="${i || j ? -1 : 0}" class="${f.at === null || f.v === 0 || f.w === 0 ? 'zero' : ''}" data-input="${[c, ...f.place].join('.')}" data-tap="${[o, c, ...f.tap].join('.')}">${f.v === most ? `<b>${text}</b>` : text}</button>`
    }).join('')
    const over = list.slice(ROOM), overText = over.length ? ` ${t('more', {n: over.length, sum: shown(over.reduce((s, f) => s + f.v * (f.w ?? 1), 0))})}` : ''
    const body = `<span class="terms${node.type === 'max' ? ' list' : ''}" role="group" aria-label="${t('sub', {c})}">${buttons}</span>${overText}`
    const sub = node.type === 'max' ? '' : `&nbsp;= <b>${shown(sum)}</b>`
    return count > TERMS && channels.length > 1 ? `<details class="chan"><summary>${t('sub', {c})} (${t('terms', {n: list.length})})${sub}</summary>${body}</details>`
      : `<p class="chan"><b>${t('sub', {c})}${t('colon')}</b> ${body}${sub}</p>`
  }
}

function reachHtml({sel, boxes, values, nodes}, node) {
  const name = indexed(letters[sel.role], sel), b = boxes['y' + sel.stage], now = sel.role === 'x' ? values.x(sel.lead[0], sel.at) : values.w(sel.stage, sel.lead[0], sel.lead[1], sel.at)
  const count = b.leads.size * prod(b.places.map(p => p.size))
  const text = sel.role === 'x' ? t('reaches', {x: name, n: count}) : t('meets', {w: name, n: count})
  const field = `<p><label>${t('value')} <input id="edit" size="7" inputmode="text" value="${now}"></label></p>`
  return {html: `<h3>${text}</h3>${sel.role === 'x' ? `<p class="quiet">${t('reachesWhy')}</p>` : ''}${field}`, said: `${text}. ${t('value')} ${shown(now)}`}
}

// The key under which an edited number is kept.
function editKey({sel, nodes, s}) {
  if (sel.role === 'x') return ['x', ...sel.lead, ...sel.at].join('.')
  const node = nodes[sel.stage], tap = s.flip ? sel.at.map((j, a) => node.kernel[a] - 1 - j) : sel.at
  return ['w' + sel.stage, ...weightAt(node, sel.lead[0], sel.lead[1], tap)].join('.')
}

// A term that is looked at flashes its input and its weight.
function flash(button, app) {
  document.querySelectorAll('td.flash').forEach(el => el.classList.remove('flash'))
  if (!button) return
  const n = app.sel.stage, [c, ...place] = button.dataset.input.split('.'), [o, channel, ...tap] = button.dataset.tap.split('.')
  const wanted = [`${n ? 'y' + (n - 1) : 'x0'}:${c}:${place.join('.')}`, `w${n}:${o}.${channel}:${tap.join('.')}`]
  for (const cell of cells) if (wanted.includes(cell.key)) cell.el.classList.add('flash')
}
