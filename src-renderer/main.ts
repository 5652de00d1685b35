/** The window's page. */
import '@fontsource-variable/inter/index.css';
import './styles/main.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { z } from 'zod';
import App from './App.vue';
import { router } from './router.ts';

// The page's content security policy forbids code made from strings.
z.config({ jitless: true });

createApp(App).use(createPinia()).use(router).mount('#app');
