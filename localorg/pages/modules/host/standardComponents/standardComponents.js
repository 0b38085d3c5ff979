/** Standard Lightning components that a page may name and the host can show, each loaded when a page uses it. */
export const standardComponents = {
    'flexipage:fieldSection': () => import('host/fieldSection'),
    'flexipage:filterListCard': () => import('host/listCard'),
    'flexipage:richText': () => import('host/richText'),
    'flexipage:tabset': () => import('host/tabset'),
    'force:detailPanel': () => import('host/detailPanel'),
    'force:highlightsPanel': () => import('host/highlightsPanel'),
    'force:relatedListContainer': () => import('host/relatedLists'),
    'force:relatedListSingleContainer': () => import('host/relatedLists'),
    'lst:dynamicRelatedList': () => import('host/relatedLists'),
    'runtime_sales_activities:activityPanel': () => import('host/activityPanel'),
    'runtime_sales_pathassistant:pathAssistant': () => import('host/path')
};
