// Steps through the outputs in memory order: positions first, channels last. Nothing plays unless it is asked to.

const PACES = [2, 1, .5, .25]
let timer = null, pace = 1

function drawPlayer(app) {
  $('sum').innerHTML = `<div class="player" role="group" aria-label="${t('play')}">${[['first', '«'], ['back', '‹'], ['play', '▶ ' + t('play')], ['on', '›'], ['last', '»']].map(([name, sign]) =>
    `<button type="button" id="p-${name}"${name === 'play' ? '' : ` aria-label="${t(name)}" title="${t(name)}"`}>${sign}</button>`).join('')}
<input type="range" id="bar" min="0" value="0" aria-label="${t('step')}"><span id="count" class="quiet"></span>
<select id="pace" aria-label="${t('speed')}">${PACES.map((p, i) => `<option value="${i}"${i === pace ? ' selected' : ''}>${t('perStep', {t: p})}</option>`).join('')}</select></div><div id="sums" class="sums"></div>`
  $('p-first').onclick = () => go(0)
  $('p-last').onclick = () => go(Infinity)
  $('p-back').onclick = () => step(-1)
  $('p-on').onclick = () => step(1)
  $('p-play').onclick = toggle
  $('bar').oninput = e => go(Number(e.target.value))
  $('pace').onchange = e => { pace = Number(e.target.value); if (timer) { stop(); toggle() } }
  sign()
}

const ravel = (sel, sizes) => ravelled([...sel.lead, ...sel.at], sizes)
function drawBar(app) {
  const all = stepsOf(app), n = prod(all.sizes), i = app.sel.role === 'y' ? ravel(app.sel, all.sizes) : 0
  $('bar').max = n - 1
  $('bar').value = i
  $('count').textContent = `${i + 1} / ${n}`
  $('bar').setAttribute('aria-valuetext', $('count').textContent)
}
function go(i) {
  const all = stepsOf(now), n = prod(all.sizes)
  choose(stepAt(Math.min(Math.max(i, 0), n - 1), all))
}
function step(by) {
  const all = stepsOf(now)
  go(now.sel.role === 'y' ? ravel(now.sel, all.sizes) + by : 0)
}
function toggle() {
  if (timer) return stop()
  const all = stepsOf(now), n = prod(all.sizes), here = () => now.sel.role === 'y' ? ravel(now.sel, all.sizes) : -1
  if (here() >= n - 1) go(0)
  timer = setInterval(() => here() >= n - 1 ? stop() : step(1), PACES[pace] * 1000)
  sign()
}
function stop() {
  clearInterval(timer)
  timer = null
  sign()
}
function sign() {
  if ($('p-play')) $('p-play').textContent = timer ? '❚❚ ' + t('pause') : '▶ ' + t('play')
}
