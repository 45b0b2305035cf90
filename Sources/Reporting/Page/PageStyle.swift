/// What the page looks like: one column on a telephone, as many as fit elsewhere, light or dark as the reader's
/// system is, black on white in print.
enum PageStyle {
  /// The charts' sheet and the page's own.
  static let sheet = """
    \(Chart.styleSheet)\
    :root{color-scheme:light dark;--paper:#ffffff;--ground:#f3f4f6;--ink:#20242b;--soft:#596069;--line:#d9dde2;
    --negative:#1668ce;--positive:#de5c10}
    @media (prefers-color-scheme:dark){
    :root{--paper:#15181d;--ground:#0d0f12;--ink:#dfe3e8;--soft:#a4abb6;--line:#2f353e}
    }
    *{box-sizing:border-box}
    body{margin:0;background:var(--ground);color:var(--ink);
    font:16px/1.5 system-ui,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
    header,main{max-width:1240px;margin:0 auto;padding:0 16px}
    header{padding-top:24px}
    h1{font-size:28px;line-height:1.2;margin:0 0 8px}
    h2{font-size:20px;line-height:1.3;margin:40px 0 8px}
    h3{font-size:16px;margin:20px 0 8px}
    p{margin:8px 0;max-width:80ch}
    .soft,.absent{color:var(--soft)}
    .absent{border-left:3px solid var(--line);padding-left:12px}
    .facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,360px),1fr));gap:4px 24px;margin:12px 0}
    .facts div{min-width:0}
    dl{margin:0}
    dt{color:var(--soft);font-size:13px}
    dd{margin:0 0 8px}
    .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,364px),1fr));gap:16px}
    figure{margin:0;padding:12px 10px 8px;background:var(--paper);border:1px solid var(--line);border-radius:8px;min-width:0}
    figure svg{display:block;width:100%;height:auto}
    figcaption{font-weight:600;font-size:15px;line-height:1.3;margin:0 2px 8px}
    figure p{font-size:14px;color:var(--soft);margin:8px 2px 4px}
    img{display:block;max-width:100%;height:auto;image-rendering:pixelated}
    .beside{display:grid;gap:16px 24px;align-items:start}
    .beside>figure{max-width:440px;width:100%}
    .beside>figure>img{width:100%;margin-bottom:10px}
    .beside h3{margin-top:0}
    .pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(108px,1fr));gap:12px;margin:12px 0}
    .pictures figure{padding:8px}
    .pictures img{width:100%;border-radius:4px}
    .pictures figcaption{font-weight:400;font-size:14px;margin:6px 0 0}
    .bar{display:block;height:12px;border-radius:6px;border:1px solid var(--line);
    background:linear-gradient(90deg,var(--negative),transparent 50%,var(--positive))}
    .ends{display:flex;justify-content:space-between;font-size:13px;color:var(--soft)}
    .figures+table{margin-top:16px}
    table{border-collapse:collapse;width:100%;background:var(--paper);border:1px solid var(--line);font-size:15px}
    th,td{padding:6px 10px;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
    thead th{color:var(--soft);font-weight:600;font-size:14px}
    tbody th{font-weight:600}
    td{font-variant-numeric:tabular-nums}
    .lines{list-style:none;display:flex;flex-wrap:wrap;gap:4px 24px;margin:8px 0 16px;padding:0;font-size:14px}
    .sample{display:inline-block;vertical-align:-1px;margin-right:8px}
    .wide{overflow-x:auto}
    .runs{font-size:14px}
    .runs th,.runs td{overflow-wrap:normal;padding:6px 7px}
    .runs summary,.seed th{white-space:nowrap}
    .runs small{display:block;color:var(--soft)}
    .best{padding:1px 8px;border-radius:9px;background:var(--negative);color:#fff;font-size:12px}
    .runs .seed th{font-weight:400;padding-left:22px}
    @supports selector(:has(a)){
    .seed{display:none}
    tbody:has([open])>.seed{display:table-row}
    }
    pre{margin:8px 0;padding:12px;background:var(--paper);border:1px solid var(--line);border-radius:8px;
    font:14px/1.45 ui-monospace,"DejaVu Sans Mono",monospace;white-space:pre-wrap}
    summary{cursor:pointer;font-weight:600;padding:4px 0}
    footer{padding:32px 0 24px}
    @media (min-width:860px){
    .fixed{grid-template-columns:repeat(var(--columns),minmax(0,400px))}
    .beside{grid-template-columns:minmax(0,440px) minmax(0,1fr)}
    }
    @media (max-width:640px){
    h1{font-size:24px}
    thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
    thead tr,thead th{display:block;overflow-wrap:anywhere}
    tbody tr,tbody th,tbody td{display:block;border:0}
    tbody tr{border-top:1px solid var(--line);padding:8px 0}
    tbody th,tbody td{padding:2px 12px}
    td::before{content:attr(data-name) ": ";color:var(--soft)}
    .pictures{grid-template-columns:repeat(3,1fr)}
    tbody td:empty{display:none}
    .runs tbody tr:not(.seed),.runs tbody:has([open])>tr{display:grid;grid-template-columns:1fr 1fr}
    .runs tbody th{grid-column:1/-1}
    .runs small{display:inline}
    .runs tbody th,.runs tbody td{padding:2px 12px;overflow-wrap:anywhere;border:0}
    }
    @media print{
    body{background:none;font-size:11pt}
    .figures{grid-template-columns:repeat(3,1fr)}
    figure,tr,pre{break-inside:avoid}
    h2{break-after:avoid}
    }

    """
}
