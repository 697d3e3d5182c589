process.env.HOLDFAST_LOG_LEVEL = 'silent';
