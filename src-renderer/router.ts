/** Views and their places; the hash keeps them apart from the app's own addresses. */
import { createRouter, createWebHashHistory } from 'vue-router';
import CompareView from './views/CompareView.vue';
import DesignView from './views/DesignView.vue';
import GraphLabView from './views/GraphLabView.vue';
import LibraryView from './views/LibraryView.vue';
import LiveView from './views/LiveView.vue';

/** In the order of the tabs; `rail`: whether the list of runs stands beside it. */
export const views = [
  { name: 'library', title: 'Library', component: LibraryView, rail: false, inspector: true },
  { name: 'design', title: 'Design', component: DesignView, rail: false, inspector: false },
  { name: 'live', title: 'Live', component: LiveView, rail: true, inspector: true },
  { name: 'compare', title: 'Compare', component: CompareView, rail: true, inspector: false },
  { name: 'graph', title: 'Graph', component: GraphLabView, rail: false, inspector: false },
] as const;

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    ...views.map(({ name, component }) => ({ path: `/${name}`, name, component })),
    { path: '/:rest(.*)*', redirect: '/library' },
  ],
});
