import 'asciinema-player/dist/bundle/asciinema-player.css';
import DefaultTheme from 'vitepress/theme';
import { defineComponent, h, onMounted, ref } from 'vue';

/** A recording of the terminal, which `npm run recordings` makes. */
const Recording = defineComponent({
  props: { name: { type: String, required: true } },
  setup: ({ name }) => {
    const place = ref<HTMLElement>();
    onMounted(async () => {
      // It needs a browser, and the pages are rendered without.
      const { create } = await import('asciinema-player');
      create(`${import.meta.env.BASE_URL}recordings/${name}.cast`, place.value, {
        idleTimeLimit: 1,
        poster: 'npt:0:03',
        fit: 'width',
      });
    });
    return () => h('div', { ref: place });
  },
});

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }: { app: { component: (name: string, component: unknown) => void } }) =>
    app.component('Recording', Recording),
};
