// Runs before the page is painted: "auto" follows the system, so that no page flashes in the wrong scheme.
const root = document.documentElement;
const dark = matchMedia('(prefers-color-scheme: dark)');
const apply = () => { if (root.dataset.wbScheme === 'auto') root.dataset.bsTheme = dark.matches ? 'dark' : 'light'; };
apply();
dark.addEventListener('change', apply);
