// Whether the times can stay open beside the details, with the summary at the side (as in public.css).
import { signal } from '@preact/signals';

const wide = matchMedia('(min-width: 960px)');
export const roomy = signal(wide.matches);
wide.addEventListener('change', () => {
  roomy.value = wide.matches;
});
