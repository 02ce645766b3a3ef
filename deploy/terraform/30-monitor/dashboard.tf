locals {
  alarms = concat(
    values(aws_cloudwatch_metric_alarm.ecs_memory),
    values(aws_cloudwatch_metric_alarm.no_running_task),
    [
      aws_cloudwatch_metric_alarm.rds_storage,
      aws_cloudwatch_metric_alarm.rds_cpu,
      aws_cloudwatch_metric_alarm.rds_connections,
    ],
  )

  by_service = { for metric in ["CPUUtilization", "MemoryUtilization"] : metric => [
    for service in values(local.services) :
    ["AWS/ECS", metric, "ClusterName", local.service.cluster_name, "ServiceName", service]
  ] }
  of_tasks = flatten([for service in values(local.services) : [for metric in ["DesiredTaskCount", "RunningTaskCount"] :
    ["ECS/ContainerInsights", metric, "ClusterName", local.service.cluster_name, "ServiceName", service]
  ]])
  of_database = { for metric in ["CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "ReadLatency", "WriteLatency"] :
    metric => ["AWS/RDS", metric, "DBInstanceIdentifier", local.database.database_identifier]
  }

  graphs = [
    { title = "Tasks wanted and running", metrics = chunklist(local.of_tasks, 6) },
    { title = "CPU of the tasks, %", metrics = local.by_service.CPUUtilization },
    { title = "Memory of the tasks, %", metrics = local.by_service.MemoryUtilization },
    { title = "CPU of the database, %", metrics = [local.of_database.CPUUtilization] },
    { title = "Connections to the database", metrics = [local.of_database.DatabaseConnections] },
    { title = "Free storage of the database, bytes", metrics = [local.of_database.FreeStorageSpace] },
    { title = "Latency of the database's storage, s", metrics = [local.of_database.ReadLatency, local.of_database.WriteLatency] },
    # A search finds whatever load balancer there is at the time, the temporary ones too.
    { title = "5xx of any load balancer", metrics = [[{ expression = "SEARCH('{AWS/ApplicationELB,LoadBalancer} MetricName=\"HTTPCode_ELB_5XX_Count\" \"app/papyrus\"', 'Sum', 300)" }]] },
    { title = "5xx of the application", metrics = [[{ expression = "SEARCH('{AWS/ApplicationELB,LoadBalancer,TargetGroup} MetricName=\"HTTPCode_Target_5XX_Count\" \"app/papyrus\"', 'Sum', 300)" }]] },
    { title = "Response time, p90, s", metrics = [[{ expression = "SEARCH('{AWS/ApplicationELB,LoadBalancer,TargetGroup} MetricName=\"TargetResponseTime\" \"app/papyrus\"', 'p90', 300)" }]] },
  ]

  top = [
    {
      type       = "alarm", x = 0, y = 0, width = 24, height = 3
      properties = { title = "Alarms", alarms = local.alarms[*].arn }
    },
  ]
  middle = [for index, graph in local.graphs : {
    type = "metric", x = index % 3 * 8, y = 3 + floor(index / 3) * 6, width = 8, height = 6
    properties = {
      title = graph.title, metrics = graph.metrics, region = var.region, view = "timeSeries", period = 300, stat = "Average"
    }
  }]
  bottom = [
    {
      type = "log", x = 0, y = 27, width = 24, height = 6
      properties = {
        title  = "What a person must look at"
        region = var.region
        view   = "table"
        query  = "SOURCE '${local.service.log_group_name}' | fields @timestamp, lvl, logger, msg, request_id, route | filter lvl in ['ERROR', 'CRITICAL'] | sort @timestamp desc | limit 50"
      }
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.name
  dashboard_body = jsonencode({ widgets = concat(local.top, local.middle, local.bottom) })
}
