-- both: a row of sync_metadata for each entity in conflict, which comes and goes with its rows in conflicts
create view conflict_states as
  select 'entity' as resource_type, ent as resource_id,
    (select count(*) from records r where r.ent = c.ent) as version, -- equal on devices that hold the same records
    max(opened_at) as at,
    json_group_array(
      json_object('conflict_id', conflict_id, 'field', field, 'shown', shown, 'sides', json(sides)) order by field, conflict_id
    ) as conflict_data
  from conflicts c where status = 'open' group by ent;
create trigger conflict_opened after insert on conflicts begin
  delete from sync_metadata where resource_type = 'entity' and resource_id = new.ent;
  insert into sync_metadata (resource_type, resource_id, local_version, remote_version, last_sync, sync_status, conflict_data)
    select resource_type, resource_id, version, version, at, 'conflict', conflict_data
    from conflict_states where resource_id = new.ent;
end;
create trigger conflict_gone after delete on conflicts begin
  delete from sync_metadata where resource_type = 'entity' and resource_id = old.ent;
  insert into sync_metadata (resource_type, resource_id, local_version, remote_version, last_sync, sync_status, conflict_data)
    select resource_type, resource_id, version, version, at, 'conflict', conflict_data
    from conflict_states where resource_id = old.ent;
end;
insert into sync_metadata (resource_type, resource_id, local_version, remote_version, last_sync, sync_status, conflict_data)
  select resource_type, resource_id, version, version, at, 'conflict', conflict_data from conflict_states;
