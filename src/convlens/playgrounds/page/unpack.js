// Style, elements and code of the page, compressed above; readable they are in src/convlens/playgrounds/page of convlens.
(async () => {
globalThis.source = document.documentElement.outerHTML
const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=:?@^_`{|}~', text = document.getElementById('packed').textContent
const words = new DataView(new ArrayBuffer(Math.ceil(text.length / 5) * 4))
for (let i = 0; i < text.length; i += 5) words.setUint32(i / 5 * 4, [...text.slice(i, i + 5).padEnd(5, '~')].reduce((sum, c) => sum * 85 + letters.indexOf(c), 0))
const bytes = new Blob([words]).slice(0, Math.floor(text.length / 5 * 4))
const stream = bytes.stream().pipeThrough(new DecompressionStream('deflate-raw'))
document.body.append(document.createRange().createContextualFragment(await new Response(stream).text()))
})().catch(() => { document.body.append('This page needs a browser of 2023 or later. 此页面需要 2023 年以后的浏览器。') })
